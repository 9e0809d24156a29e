"""Flags of PLINK and REGENIE that the commands know only to say what to type in their place."""


def _each(*said: tuple[str, str]) -> dict[str, str]:
    """Every flag of a line with the words that answer it."""
    return {flag: words for flags, words in said for flag in flags.split()}


ADDITIVE = "the models here are additive, of one variant at a time"
BY_LIST = "list the people, then --keep or --remove them"
BY_PLACE = "--extract range FILE takes what lies between: a line of chromosome, first and last position"
BY_NAME = "list the variants' names, then --extract or --exclude them"
COUNTED = "the tables name the allele that is counted: the first of a .bim, ALT of a .pvar, the second of a .bgen"
ALIKE = "name the three files alike, then --bfile DATA or --pfile DATA"
MAN = "chromosomes are man's here, 23 is X: give those of another kind names of their own, such as c23"
REWRITTEN = "`plink2 … --make-pgen --out DATA` writes the files so, then --pfile DATA"
TIMES = "quantities and traits of two values are regressed, not times to an event"
SHARED = "see `citywide step1`, whose predictions take relatedness off"
WHOLE = "fits go on until they come to rest"
BY_RANK = "say --apply-rint, which takes quantities by their ranks"
STOPPED = "a run that is stopped goes on where it stood; see --memory"

EVERYWHERE = _each(
    ("--bcf --gen --haps --data --tfile --lfile", "convert it: `plink2 … --make-pgen --out DATA`, then --pfile DATA"),
    ("--keep-females --keep-males --remove-females --remove-males --filter-females --filter-males", BY_LIST),
    ("--keep-founders --filter-founders --keep-if --remove-if --keep-fam --remove-fam --sex-specific", BY_LIST),
    ("--from-bp --to-bp --from-kb --to-kb --from-mb --to-mb", BY_PLACE),
    ("--snp --snps --exclude-snp --from --to", BY_NAME),
    ("--range", "say --extract range FILE, or --exclude range FILE: chromosome, first and last position"),
    ("--window --snps-only --thin --thin-count --extract-or --exclude-or", BY_NAME),
    ("--a1-allele --a2-allele --ref-allele --alt1-allele --ref-first --maj-ref", COUNTED),
    ("--bim --fam --pvar --psam --bpfile", ALIKE),
    ("--make-pgen --make-just-bim --make-just-fam --recode --export", "`plink2` writes genotypes"),
    ("--chr-set --dog --cow --mouse --horse --sheep", MAN),
    ("--autosome-xy --autosome-par", "say --chr 1-22,XY"),
    ("--max-alleles --min-alleles", "leave them out first: `plink2 --pfile DATA --max-alleles 2 --make-pgen`"),
    ("--rm-dup --set-all-var-ids --new-id-max-allele-len --sort-vars --update-sex --import-dosage", REWRITTEN),
    ("--split-par --split-x --par-region", "variants where X and Y pair stand on XY (or PAR1, PAR2) in the file"),
    ("--nauto", MAN),
    ("--silent", "say --quiet to `citywide gwas`; the others say a line or two"),
)
TABLES = _each(
    ("--pheno-col-nums --mpheno --phenoExcludeList --not-pheno", "name the columns that stay with --pheno-name"),
    ("--covar-col-nums --covar-number --covarExcludeList --not-covar", "name the columns that stay with --covar-name"),
    ("--sex", "put sex into --covar; on X it joins by itself"),
    ("--tpheno-file --tpheno-indexCol --tpheno-ignoreCols --iid-only", "a table of traits has a line for each person"),
    ("--t2e --eventColList", TIMES),
    ("--require-pheno --require-covar", "who lacks a trait or a covariate is left out by himself, trait by trait"),
    ("--no-input-missing-phenotype", "say --missing-codes NA"),
    ("--within", "say --catCovarList, for a category among the covariates"),
    ("--bgi", "an index is read where it stands beside its .bgen; without one the file is walked through"),
    ("--rint --rerint --rerint-cov --apply-rerint --apply-rerint-cov --variance-standardize", BY_RANK),
)
OF_SCANS = {
    "--mind": "find the people with `citywide qc --mind`, then --remove them",
    "--make-king-table": "see `citywide qc --make-king-table`",
    "--indep-pairwise": "see `citywide qc --indep-pairwise`",
    "--pca": "see `citywide qc --pca`, then --covar its .eigenvec",
    "--score": "see `citywide score`",
    "--clump": "see `citywide report`, which clumps",
    "--vcf": "convert it: `plink2 --vcf FILE --make-pgen`",
    "--make-bed": "`plink2 --make-bed` writes files; `citywide` reads them with --keep, --extract and bounds",
    "--covar-quantile-normalize": "say --pheno-quantile-normalize; covariates stay as they are",
    "--quantile-normalize": "say --pheno-quantile-normalize; covariates stay as they are",
    "--make-king": "see `citywide qc --make-king-table`, which lists the pairs",
    "--condition": "put the variant's copies into --covar",
    "--parameters": ADDITIVE,
    "--interaction": ADDITIVE,
    "--ci": "see `citywide report`, which tells odds ratios with their 95 % intervals",
    "--strict": "each trait is scanned on who has it; --keep who has them all",
    "--max-maf": "list the variants by `citywide qc`, then --extract them",
    "--mach-r2-filter": "list the variants that are imputed badly, then --exclude them",
    "--minINFO": "list the variants that are imputed badly, then --exclude them",
    "--assoc": "say --test linear or --test logistic",
    "--adjust": "see `citywide report`, which shows inflation and clumps",
}
SCANS = (
    TABLES
    | _each(
        ("--missing-phenotype --input-missing-phenotype", "say --missing-codes NA,-99"),
        ("--xchr-model", "on X men count 0 or 2 and sex joins the covariates, which is plink2's model 2"),
        ("--vif --max-corr", "covariates that depend on others are dropped, and named in summary.json"),
        (
            "--dominant --recessive --genotypic --condition-list --condition-file --setlist --anno-file --mask-def",
            ADDITIVE,
        ),
        ("--set-list --aaf-bins --build-mask --write-mask --vc-tests --joint --rare-mac --gxe --model", ADDITIVE),
        ("--interaction-snp --interaction-prs --force-condtl --no-condtl --skip-dosage-comp", ADDITIVE),
        ("--maxstep-null --maxiter-null --niter", WHOLE),
        ("--firth-se --use-null-firth --write-null-firth", "each fit's errors are those of its own information"),
        ("--force-impute", "say --impute mean"),
        ("--minHOMs", BY_NAME),
        ("--maxCatLevels", "every level of a category counts"),
        ("--king-cutoff", "list the pairs with `citywide qc --make-king-table`, then --remove one of each"),
        ("--make-rel --make-grm-bin --make-grm-gz --mlma --mlma-loco", SHARED),
        ("--check-sex --geno-counts", "see `citywide qc`"),
        ("--indep", "see `citywide qc --indep-pairwise`"),
        (
            "--r2 --ld-window-r2 --compute-corr --ld-extract --bonferroni",
            "see `citywide report`, which tells linkage and hits",
        ),
        ("--read-freq", "frequencies are those of who is scanned"),
        ("--no-split --htp --af-cc --pfilter --output-chr", "tables have one form, GWAS-SSF, a table a trait"),
        ("--write-samples --print-pheno", "summary.json counts the people of each trait"),
        ("--freq --missing --hardy --het", "see `citywide qc`"),
    )
    | OF_SCANS
)
STEP_ONE = TABLES | _each(
    ("--l0 --l1 --setl0 --setl1", "five strengths of ridge are tried on each level, always"),
    ("--split-l0 --run-l0 --run-l1", STOPPED),
    ("--print-prs --write-null-firth --keep-l0", "its .loco files hold what is predicted"),
    ("--niter --ct --strict", "quantities are regressed, or with --bt traits of two values"),
    ("--l1-phenoList --select-l0 --test-l0 --prior-alpha", "five strengths of ridge are tried on each level, always"),
    ("--minMAC", "list rare variants with `citywide qc --maf`, then --exclude variants_out.txt"),
)

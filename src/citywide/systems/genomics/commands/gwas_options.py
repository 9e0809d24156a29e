"""The options of `citywide gwas`: what a PLINK or REGENIE user guesses, by group."""

from argparse import (
    SUPPRESS,
    Action,
    ArgumentParser,
    ArgumentTypeError,
    BooleanOptionalAction,
    Namespace,
    RawDescriptionHelpFormatter,
    _ArgumentGroup,
)
from collections.abc import Callable
from pathlib import Path

from citywide.systems.genomics.commands.common import at_least, founders_option, megabytes
from citywide.systems.genomics.commands.elsewhere import EVERYWHERE, SCANS
from citywide.systems.genomics.commands.genotypes import genotype_options
from citywide.systems.genomics.commands.names import covariate_options, habits, list_options, rank_options
from citywide.systems.genomics.engine.files.tables import MISSING

EXAMPLES = """\
examples:
  citywide gwas --bfile study --pheno traits.tsv --covar covar.tsv --out results
  citywide gwas --bgen chr1.bgen --sample chr1.sample --phenoFile y.txt --covarColList age,PC{1:10} --out bmi
  citywide gwas --bfile study --pheno y.txt --pred step1/step1_pred.list --maf 0.01 --chr 1-22 --out y

Of a .bed the first allele of its .bim is counted, of a .pgen or .bgen the alternative one; every table names it.
Of a .pgen's variant with several ALT alleles each is scanned, against all others (plink2 puts them in one model).
On X men count 0 or 2 and SEX joins the covariates; on Y men alone count. A man's heterozygous call on X or Y is
missing, as after plink2 --set-invalid-haploid-missing; by itself plink2 keeps it as half a call.
Y and MT count 0 to 2 as well, where plink2 counts 0 to 1: p is the same, beta half of plink2's.
Tables begin with FID IID or IID. Traits of two values (0/1, or 1/2 with 0 missing) are fitted by logistic regression.
"""
LIKE_PLINK2 = (
    "halt logistic fits where plink2 2.00a3 --covar-variance-standardize does, a Newton step early, to reproduce its"
    " tables (log10 p moves by up to 0.001); with --screen 1 for every variant"
)
NO_EFFECT = (
    *("--allow-extra-chr", "--keep-allele-order", "--real-ref-alleles", "--verbose", "--seed"),
    *("--use-relative-path", "--ignore-pred", "--split", "--all-pheno", "--loocv"),
    *("--set-hh-missing", "--set-invalid-haploid-missing"),
    *("--approx", "--exact-p", "--cc12", "--compute-all", "--debug", "--starting-block", "--early-exit"),
    *("--lowmem", "--lowmem-prefix", "--cv", "--force-step1"),
    "--covar-variance-standardize",
    "--allow-no-sex",
    "--no-psam-pheno",
)


Group = _ArgumentGroup


class Model(Action):
    """`--linear` and `--logistic` with the words that PLINK 1.9 has behind them."""

    def __call__(self, _parser: ArgumentParser, asked: Namespace, words: object, _flag: str | None = None) -> None:
        """The model, and what else is said of it."""
        asked.test = self.const
        asked.glm = [*asked.glm, *(words if isinstance(words, list) else ())]


class Test(Action):
    """`--test` of ours; REGENIE's `additive` is what every model here is, and changes nothing."""

    def __call__(self, _parser: ArgumentParser, asked: Namespace, word: object, _flag: str | None = None) -> None:
        """Which model."""
        asked.test = asked.test if word == "additive" else word


def share(most: float) -> Callable[[str], float]:
    """A share up to so much."""

    def read(word: str) -> float:
        if not 0 <= (found := float(word)) <= most:
            raise ArgumentTypeError(f"{word}: expected a number from 0 to {most:g}")
        return found

    return read


def options(parser: ArgumentParser) -> None:
    """What can be asked for."""
    parser.formatter_class, parser.epilog = RawDescriptionHelpFormatter, EXAMPLES
    genotype_options(parser)
    _tables(parser)
    _choices(parser)
    _tests(parser)
    _running(parser)
    _habits(parser)


def _tables(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("tables")
    group.add_argument("--pheno", "--phenoFile", type=Path, required=True, metavar="TABLE")
    group.add_argument(
        *("--pheno-name", "--phenoCol", "--phenoColList"),
        nargs="+", action="extend", default=[], metavar="NAME", help="only these traits: a b, a,b or y{1:20}",
    )  # fmt: skip
    group.add_argument("--covar", "--covarFile", type=Path, metavar="TABLE")
    covariate_options(group.add_argument)
    group.add_argument("--1", dest="zero_one", action="store_true", help="0 is a control and 1 a case, nothing else")
    group.add_argument("--missing-codes", default=",".join(MISSING), metavar="CODES")
    group.add_argument(
        "--pred", nargs="+", type=Path, default=[], metavar="LIST", help="step-one predictions (`trait file.loco`)"
    )
    group.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder: a table a trait, a summary")
    group.add_argument("--gz", action="store_true", help="gzip the tables")


def _choices(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("people and variants")
    list_options(group.add_argument)
    group.add_argument("--chr", "--chrList", nargs="+", action="extend", default=[], metavar="CODE", help="1-4,22,X")
    group.add_argument("--not-chr", nargs="+", action="extend", default=[], metavar="CODE")
    group.add_argument("--autosome", action="store_true", help="chromosomes 1 to 22")
    group.add_argument(
        "--maf", type=share(0.5), default=0.0, nargs="?", const=0.01, help="least frequency of the rarer"
    )
    group.add_argument("--mac", "--minMAC", type=float, default=0.0, help="least count of the rarer")
    group.add_argument("--geno", type=share(1), default=1.0, nargs="?", const=0.1, help="largest share without a call")
    group.add_argument(
        "--hwe", type=share(1), default=0.0, metavar="P", help="smallest Hardy-Weinberg mid-p, on X with the men"
    )
    founders_option(group.add_argument)


def _tests(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("tests")
    _models(group)
    _fits(group)
    rank_options(parser)
    says = "none: each variant on who is called at it; mean: fill its mean in (log10 p moves by up to 0.1)"
    group.add_argument("--impute", choices=("none", "mean"), default="none", help=says)


def _models(group: Group) -> None:
    group.add_argument("--test", action=Test, choices=("auto", "linear", "logistic", "additive"), default="auto")
    for flag, short in (("linear", ("--qt", "--force-qt")), ("logistic", ("--bt",))):
        group.add_argument(f"--{flag}", nargs="*", action=Model, const=flag, dest="test", help=f"--test {flag}")
        group.add_argument(*short, dest="test", action="store_const", const=flag, help=f"--test {flag}")


def _fits(group: Group) -> None:
    """What is fitted of a binary trait, and when."""
    group.add_argument("--firth", choices=("fallback", "always", "off"), default="fallback", nargs="?", const="always")
    group.add_argument("--like-plink2", action="store_true", help=LIKE_PLINK2)
    says = "score p-value up to which binary traits are fitted"
    group.add_argument("--screen", "--pThresh", type=share(1), default=0.06, metavar="P", help=says)
    says = "leave binary traits with fewer out"
    group.add_argument("--minCaseCount", type=at_least(0), default=0, metavar="COUNT", help=says)
    says = "for rare variants the chance of their carriers' cases, counted out; of dosages a saddle point's"
    group.add_argument("--spa", action=BooleanOptionalAction, default=False, help=says)


def _running(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("running")
    group.add_argument("--threads", type=at_least(0), default=0, metavar="COUNT", help="0 takes every core")
    group.add_argument(
        "--memory", type=megabytes, default=1000, metavar="MB", help="what all threads together may take"
    )
    group.add_argument("--backend", default="threads", help="threads, or a joblib backend: loky, ray, dask …")
    group.add_argument("--restart", action="store_true", help="forget an unfinished scan in --out")
    group.add_argument("--quiet", action="store_true", help="no progress")


def _habits(parser: ArgumentParser) -> None:
    parser.add_argument("--glm", nargs="*", default=[], help=SUPPRESS)
    parser.add_argument("--step", type=int, default=2, help=SUPPRESS)
    parser.add_argument("--bsize", type=int, help=SUPPRESS)
    habits(parser, NO_EFFECT, {**EVERYWHERE, **SCANS})

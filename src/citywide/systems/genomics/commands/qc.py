"""`citywide qc`: what is wrong with a study before anybody scans it."""

from argparse import ArgumentParser, Namespace

import numpy as np
from numpy.typing import NDArray

from citywide.kit.commands import Command
from citywide.systems.genomics.commands.common import (
    answering,
    at_least,
    founders_option,
    free,
    study,
    study_options,
    write_table,
)
from citywide.systems.genomics.commands.qc_tables import usable, write_people, write_variants
from citywide.systems.genomics.engine.files.bed import Bed
from citywide.systems.genomics.engine.files.chromosomes import paired
from citywide.systems.genomics.engine.files.wrong import InputError
from citywide.systems.genomics.engine.qc.kinship import THIRD_DEGREE, Relatives, kinship
from citywide.systems.genomics.engine.qc.pca import Components, components
from citywide.systems.genomics.engine.qc.persons import person_quality
from citywide.systems.genomics.engine.qc.quality import variant_quality

Rows = NDArray[np.int64]
ALWAYS = ("--freq", "--missing", "--hardy", "--het", "--check-sex", "--lowmem")
ANSWERED = {
    "--make-king": "say --make-king-table, which lists the pairs",
    "--make-rel": "say --make-king-table for pairs, or --pca for components",
    "--make-grm-bin": "say --make-king-table for pairs, or --pca for components",
    "--king-cutoff": "say --make-king-table --king-table-filter, then --remove one of each pair in relatives.tsv",
    "--genome": "say --make-king-table, which lists the pairs",
    "--ibc": "people.tsv has each person's F",
    "--indep": "say --indep-pairwise",
    "--indep-pairphase": "say --indep-pairwise",
    "--score": "see `citywide score`",
    "--pheno": "quality is judged without traits; see `citywide gwas`",
    "--covar": "quality is judged without covariates; see `citywide gwas`",
    "--mac": "say --maf; counts stand in variants.tsv",
    "--memory": "the file is read in blocks; only --pca and --make-king-table grow, with the people",
}
DEGREES = np.array(["same", "1", "2", "3"])


def options(parser: ArgumentParser) -> None:
    """The study, the bounds, and the dearer parts that are made only when asked for."""
    study_options(parser, ALWAYS, ANSWERED)
    founders_option(parser.add_argument)
    parser.add_argument("--maf", type=float, default=0.01, help="list variants with a rarer minor allele")
    parser.add_argument("--geno", type=float, default=0.05, help="list variants missing in more people")
    parser.add_argument("--mind", type=float, default=0.05, help="list people missing more variants")
    parser.add_argument("--hwe", type=float, default=1e-6, help="list variants with a smaller mid-p, on X with the men")
    parser.add_argument("--king-table-filter", type=float, default=THIRD_DEGREE, metavar="KINSHIP")
    parser.add_argument("--make-king-table", action="store_true", help="relatives.tsv: pairs and their kinship")
    parser.add_argument("--indep-pairwise", nargs="+", metavar=("WINDOW", "STEP R2"), help="50 5 0.2, or 500kb 1 0.2")
    parser.add_argument(
        "--pca", type=at_least(1), nargs="?", const=10, metavar="COUNT", help="components of the genotypes"
    )


@answering
def run(options: Namespace) -> int:
    """Write the tables and lists of one study."""
    bed, people, rows = study(options)
    variants = variant_quality(bed, people, rows, free(options, bed, people))
    persons = person_quality(bed, variants, rows, options.threads)
    write_variants(options, bed, rows, variants)
    write_people(options, bed, people, persons)
    good = rows[usable(options, variants)]
    if options.indep_pairwise:
        good = pruned(options, bed, good, free(options, bed, people))
    autosomal = good[paired(bed.variants, good)]
    asked = ["--make-king-table"] * options.make_king_table + ["--pca"] * bool(options.pca)
    if asked and not len(autosomal):
        raise InputError(f"{' and '.join(asked)}: no variant of chromosomes 1 to 22 keeps --maf, --geno and --hwe")
    if options.make_king_table:
        write_relatives(options, bed, people, autosomal)
    if options.pca:
        write_components(options, bed, components(bed, options.pca, autosomal, people, options.threads), people)
    return 0


def pruned(options: Namespace, bed: Bed, rows: Rows, people: NDArray[np.bool_]) -> Rows:
    """The variants left by pruning among these people, also as prune.in.txt."""
    from citywide.systems.genomics.engine.qc.prune import Window, prune  # noqa: PLC0415 - numba loads slowly

    words = " ".join(options.indep_pairwise)
    size, *step = words.lower().replace(" kb", "kb").split()
    kb, r2 = size.removesuffix("kb"), step.pop() if step else ""
    try:
        window = Window(base_pairs=int(float(kb) * 1000)) if kb != size else Window(int(size), int(step[0]))
        bound = float(r2)
    except (ValueError, IndexError):
        window, bound = Window(0, 0), 0.0
    if min(window.variants, window.step) < 1 or window.base_pairs == 0 or not 0 < bound <= 1 or len(step) > 1:
        raise InputError(f"--indep-pairwise {words}: expected such as 50 5 0.2, or 500kb 1 0.2")
    stays = rows[prune(bed, bound, window, rows, people)]
    (options.out / "prune.in.txt").write_text("".join(f"{n.decode()}\n" for n in bed.variants.id()[stays].tolist()))
    print(f"{len(stays):,} of {len(rows):,} variants after pruning")
    return stays


def write_relatives(options: Namespace, bed: Bed, people: NDArray[np.bool_], rows: Rows) -> None:
    """relatives.tsv in the columns of plink2's KING table, the degree beside."""
    found = kinship(bed.raw[rows], len(bed.people), options.king_table_filter, options.threads)
    kept = people[found.a] & people[found.b]
    found = Relatives(*(column[kept] for column in vars(found).values()))
    of = bed.people
    names = ["#FID1", "IID1", "FID2", "IID2", "NSNP", "HETHET", "IBS0", "KINSHIP", "DEGREE"]
    ids = [of.family[found.a], of.person[found.a], of.family[found.b], of.person[found.b]]
    degree = np.append(DEGREES, "none")[found.degree()]
    write_table(
        options.out / "relatives.tsv",
        names,
        [*ids, found.variants, found.hethet, found.ibs0, found.kinship, degree],
    )
    print(f"{len(found.a):,} pairs of relatives")


def write_components(options: Namespace, bed: Bed, found: Components, people: NDArray[np.bool_]) -> None:
    """components.eigenvec and .eigenval as plink2 writes them."""
    names = ["#FID", "IID", *(f"PC{at + 1}" for at in range(found.vectors.shape[1]))]
    of = bed.people
    columns = [of.family[people], of.person[people], *found.vectors[people].T]
    write_table(options.out / "components.eigenvec", names, columns)
    (options.out / "components.eigenval").write_text("".join(f"{value:.6g}\n" for value in found.values))
    print(f"{len(found.values)} components in {found.passes} passes, largest error {found.errors.max():.2g}")


COMMAND = Command("qc", "quality control: variants, people, sex, relatives, pruning, components", options, run)

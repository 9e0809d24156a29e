/* The chance of a score of few carriers: theirs is counted, the small part of the many others taken as normal. */
#include "counted.h"
#include <math.h>
#include <stdlib.h>

enum { MOST_CELLS = 1 << 16, PER_DEVIATION = 12, DEVIATIONS = 9, STEPS_A_PERSON = 100 };

/* Who has a call that most do not have. */
int64_t carriers_of(const double *g, int64_t n, double mean, int64_t *carriers)
{
    double others = mean < 1 ? 0 : 2;
    int64_t many = 0;
    for (int64_t i = 0; i < n; i++)
        if (g[i] != others && g[i] >= 0) carriers[many++] = i;
    return many;
}

static double both(double s, double sum, double unit)
{
    return 0.5 * (erfc((s - sum) / unit) + erfc((s + sum) / unit));
}

/* Every outcome of the carriers with its chance. */
static double of_outcomes(const Score *of, double rest)
{
    double unit = sqrt(2 * fmax(rest, 1e-12 * of->spread)), p = 0;
    for (int outcome = 0; outcome < 1 << of->many; outcome++) {
        double chance = 1, sum = 0;
        for (int a = 0; a < of->many; a++) {
            double q = of->risk[of->carriers[a]], ill = outcome >> a & 1;
            chance *= ill ? q : 1 - q;
            sum += of->g[of->carriers[a]] * (ill - q);
        }
        p += chance * both(fabs(of->s), sum, unit);
    }
    return p;
}

/* One carrier more: with chance q all sums grow by `jump` cells, between two of them in shares; the last cell keeps
 * what would leave. */
static void joined(double *cells, int64_t count, double jump, double q)
{
    int64_t whole = (int64_t)fmin(floor(jump), (double)count), last = count - 1;
    double near = q * (1 - (jump - floor(jump))), far = q - near, kept = 0;
    for (int64_t i = count - 1 - whole > 0 ? count - 1 - whole : 0; i < last; i++)
        kept += cells[i] * (i + whole >= last ? q : far);
    for (int64_t i = last - 1; i >= 0; i--) {
        double here = cells[i] * (1 - q);
        if (i - whole >= 0) here += cells[i - whole] * near;
        if (i - whole >= 1) here += cells[i - whole - 1] * far;
        cells[i] = here;
    }
    cells[last] += kept;
}

/* The carriers' sum on a lattice that is fine beside the others' part; NAN where that would take too many cells or
 * longer than a saddle point. What sharing between two cells adds to the variance is taken off the others'. */
static double of_lattice(const Score *of, double rest)
{
    double side = 0, low = 0, added = 0, seen = fabs(of->s), deviation = sqrt(rest), step = deviation / PER_DEVIATION;
    for (int64_t a = 0; a < of->many; a++) side += of->g[of->carriers[a]];
    side = side < 0 ? -1 : 1;
    for (int64_t a = 0; a < of->many; a++) {
        double g = side * of->g[of->carriers[a]], q = of->risk[of->carriers[a]];
        low += fmin(g, 0) - g * q;
    }
    double span = (seen + DEVIATIONS * deviation - low) / step;
    if (!(rest > 0 && span < MOST_CELLS && span * (double)of->many < STEPS_A_PERSON * (double)of->people)) return NAN;
    int64_t count = (int64_t)span + 2;
    double *cells = calloc((size_t)count, sizeof *cells), p = 0;
    if (!cells) return NAN;
    cells[0] = 1;
    for (int64_t a = 0; a < of->many; a++) {
        double g = side * of->g[of->carriers[a]], q = of->risk[of->carriers[a]], jump = fabs(g) / step;
        double part = jump - floor(jump), chance = g < 0 ? 1 - q : q;
        joined(cells, count, jump, chance);
        added += step * step * chance * part * (1 - part);
    }
    double unit = sqrt(2 * fmax(rest - added, rest / 2));
    for (int64_t i = 0; i < count; i++) p += cells[i] * both(seen, low + step * (double)i, unit);
    free(cells);
    return p;
}

/* log of P(|S| > |s|), NAN where it is not counted. */
double log_counted(const Score *of)
{
    double rest = of->spread;
    for (int64_t a = 0; a < of->many; a++) {
        double g = of->g[of->carriers[a]], q = of->risk[of->carriers[a]];
        rest -= g * g * q * (1 - q);
    }
    return log(of->many <= MOST_OUTCOMES ? of_outcomes(of, rest) : of_lattice(of, rest));
}

/* Saddle-point p-values of the score statistic, for rare variants in unbalanced traits.
 *
 * Under the null model the statistic is a sum of independent centred Bernoulli terms; its cumulant generating
 * function is known exactly, and Lugannani and Rice's formula gives tails that a normal approximation misses.
 * Of few carriers that formula is wrong too (by up to ten times, for there are few values the sum can have), and all
 * their outcomes are counted out instead. */
#include "kernel.h"
#include <math.h>
#include <stdlib.h>

enum { MOST_COUNTED = 12 };

/* white: [terms][padded] covariates whitened in the weights; risk, ill: [padded]; who: people of the file */
typedef struct {
    int64_t members, padded;
    int32_t terms;
    const int32_t *who;
    const double *white, *risk, *ill;
} Saddle;

typedef struct {
    double value, slope, curve;
} Cumulant;

static Cumulant cumulant(const double *g, const double *risk, int64_t n, double t)
{
    Cumulant sum = {0, 0, 0};
    for (int64_t i = 0; i < n; i++) {
        double x = g[i] * t, p = risk[i], odds = exp(-fabs(x)), low = x < 0 ? 1 - p + p * odds : (1 - p) * odds + p;
        double tilted = x < 0 ? p * odds / low : p / low;
        sum.value += log(low) + (x > 0 ? x : 0) - p * x;
        sum.slope += g[i] * (tilted - p);
        sum.curve += g[i] * g[i] * tilted * (1 - tilted);
    }
    return sum;
}

/* log of P(S > s) for s > 0 (or P(S < s) for s < 0), NAN when the root is not found. */
static double log_tail(const double *g, const double *risk, int64_t n, double s, double variance)
{
    double t = s / variance, low = 0, high = s > 0 ? INFINITY : -INFINITY;
    Cumulant here = {0, 0, 0};
    for (int round = 0; round < 100; round++) {
        here = cumulant(g, risk, n, t);
        double wrong = here.slope - s;
        if (fabs(wrong) < 1e-9 * fabs(s)) break;
        if ((wrong < 0) == (s > 0)) low = t;
        else high = t;
        double next = t - wrong / here.curve;
        int outside = s > 0 ? !(next > low && next < high) : !(next < low && next > high);
        if (outside) next = isfinite(high) ? (low + high) / 2 : 2 * t;
        if (fabs(next) > 1e4 || !isfinite(next)) return NAN;
        t = next;
    }
    double w = copysign(sqrt(fmax(2 * (t * s - here.value), 0)), t), v = t * sqrt(here.curve);
    if (!(fabs(w) > 1e-6)) return NAN;
    double z = fabs(w + log(v / w) / w);
    return -minus_log10_p_z(z) * 2.30258509299404568402 - 0.69314718055994530942;
}

/* Who has a call that the others do not have; MOST_COUNTED + 1 for more than are counted out. */
static int carriers_of(const double *g, int64_t n, double mean, int64_t *carriers)
{
    double others = mean < 1 ? 0 : 2;
    int many = 0;
    for (int64_t i = 0; i < n && many <= MOST_COUNTED; i++)
        if (g[i] != others && g[i] >= 0) carriers[many++] = i;
    return many;
}

/* P(|S| > |s|): every outcome of the carriers with its chance, the others' small part of the sum taken as normal. */
static double log_counted(const double *g, const double *risk, const int64_t *carriers, int many, double s, double spread)
{
    double rest = spread, p = 0;
    for (int a = 0; a < many; a++) {
        double q = risk[carriers[a]];
        rest -= g[carriers[a]] * g[carriers[a]] * q * (1 - q);
    }
    double unit = sqrt(2 * fmax(rest, 1e-12 * spread));
    for (int outcome = 0; outcome < 1 << many; outcome++) {
        double chance = 1, sum = 0;
        for (int a = 0; a < many; a++) {
            double q = risk[carriers[a]], ill = outcome >> a & 1;
            chance *= ill ? q : 1 - q;
            sum += g[carriers[a]] * (ill - q);
        }
        p += chance * 0.5 * (erfc((fabs(s) - sum) / unit) + erfc((fabs(s) + sum) / unit));
    }
    return log(p);
}

static double log_both_tails(const double *g, const double *risk, int64_t n, double s, double spread)
{
    double up = log_tail(g, risk, n, fabs(s), spread), down = log_tail(g, risk, n, -fabs(s), spread);
    double most = fmax(up, down);
    return isnan(up) || isnan(down) ? most : most + log(exp(up - most) + exp(down - most));
}

int saddle_many(const void *block, int dosages, int64_t stride, const int64_t *rows, int64_t count, const Saddle *data,
                double *statistic, double *variance, double *minus_log10_p)
{
    int64_t n = data->members;
    double *g = malloc((size_t)(n + 1) * sizeof *g);
    if (!g) return 1;
    for (int64_t v = 0; v < count; v++) {
        double total = 0, calls = 0, s = 0, spread = 0;
        for (int64_t i = 0; i < n; i++) {
            g[i] = copies_of(block, dosages, rows[v], stride, data->who[i]);
            if (g[i] >= 0) { total += g[i]; calls++; }
        }
        int64_t carriers[MOST_COUNTED + 1];
        int many = carriers_of(g, n, total / calls, carriers);
        for (int64_t i = 0; i < n; i++) if (g[i] < 0) g[i] = total / calls;
        for (int term = 0; term < data->terms; term++) {
            const double *x = data->white + (int64_t)term * data->padded;
            double along = 0;
            for (int64_t i = 0; i < n; i++) along += x[i] * data->risk[i] * (1 - data->risk[i]) * g[i];
            for (int64_t i = 0; i < n; i++) g[i] -= along * x[i];
        }
        for (int64_t i = 0; i < n; i++) {
            s += g[i] * (data->ill[i] - data->risk[i]);
            spread += g[i] * g[i] * data->risk[i] * (1 - data->risk[i]);
        }
        statistic[v] = s;
        variance[v] = spread;
        double both = many <= MOST_COUNTED ? log_counted(g, data->risk, carriers, many, s, spread)
                                           : log_both_tails(g, data->risk, n, s, spread);
        minus_log10_p[v] = -both / 2.30258509299404568402;
    }
    free(g);
    return 0;
}

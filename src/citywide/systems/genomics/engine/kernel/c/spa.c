/* Saddle-point p-values of the score statistic, for rare variants in unbalanced traits.
 *
 * Under the null model the statistic is a sum of independent centred Bernoulli terms; its cumulant generating
 * function is known exactly, and Lugannani and Rice's formula gives tails that a normal approximation misses.
 * Where carriers have few cases that formula is wrong too (by up to ten times, for there are few values the sum can
 * have), and their outcomes are counted instead, as long as the others are more. */
#include "counted.h"
#include <math.h>
#include <stdlib.h>

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
    int64_t *carriers = malloc((size_t)(n + 1) * sizeof *carriers);
    if (!g || !carriers) {
        free(g);
        free(carriers);
        return 1;
    }
    for (int64_t v = 0; v < count; v++) {
        double total = 0, calls = 0, s = 0, spread = 0;
        for (int64_t i = 0; i < n; i++) {
            g[i] = copies_of(block, dosages, rows[v], stride, data->who[i]);
            if (g[i] >= 0) { total += g[i]; calls++; }
        }
        int64_t many = carriers_of(g, n, total / calls, carriers);
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
        Score score = {g, data->risk, carriers, many, n, s, spread};
        double both = many <= MOST_OUTCOMES || 2 * many < n ? log_counted(&score) : NAN;
        if (isnan(both)) both = log_both_tails(g, data->risk, n, s, spread);
        minus_log10_p[v] = -both / 2.30258509299404568402;
    }
    free(g);
    free(carriers);
    return 0;
}

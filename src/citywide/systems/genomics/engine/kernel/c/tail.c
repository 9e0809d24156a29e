/* Two-sided p-values as -log10, so that the strongest signals do not vanish below 1e-308. */
#include "kernel.h"
#include <math.h>

static double log_erfc(double x)
{
    if (x < 20) return log(erfc(x));
    double r = 1 / (2 * x * x), series = 1 - r * (1 - 3 * r * (1 - 5 * r * (1 - 7 * r)));
    return -x * x - log(x * 1.7724538509055160273) + log(series);
}

double minus_log10_p_z(double z)
{
    return -log_erfc(fabs(z) * 0.70710678118654752440) / 2.30258509299404568402;
}

/* Continued fraction of the incomplete beta function (modified Lentz). */
static double beta_fraction(double a, double b, double x)
{
    double c = 1, d = 1 - (a + b) * x / (a + 1);
    if (fabs(d) < 1e-300) d = 1e-300;
    double h = d = 1 / d;
    for (int m = 1; m < 20000; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        d = 1 + even * d; if (fabs(d) < 1e-300) d = 1e-300;
        c = 1 + even / c; if (fabs(c) < 1e-300) c = 1e-300;
        d = 1 / d; h *= d * c;
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 + odd * d; if (fabs(d) < 1e-300) d = 1e-300;
        c = 1 + odd / c; if (fabs(c) < 1e-300) c = 1e-300;
        d = 1 / d;
        double change = d * c;
        h *= change;
        if (fabs(change - 1) < 1e-16) break;
    }
    return h;
}

static double small_df(double t, double df)
{
    double a = df / 2, b = 0.5, square = t * t, x = df / (df + square), y = square / (df + square);
    double front = lgamma(a + b) - lgamma(a) - lgamma(b) + a * -log1p(square / df) + b * log(y);
    if (x < (a + 1) / (a + b + 2)) return -(front + log(beta_fraction(a, b, x) / a)) / 2.30258509299404568402;
    return -log1p(-exp(front) * beta_fraction(b, a, y) / b) / 2.30258509299404568402;
}

/* From 1,000 degrees of freedom on, Hill's transformation of t to a normal deviate (CACM 1970, algorithm 396). */
double minus_log10_p_t(double t, double df)
{
    if (t == 0) return 0;
    if (df < 1000) return small_df(t, df);
    double a = df - 0.5, b = 48 * a * a, z2 = a * log1p(t * t / df), z = sqrt(z2);
    double up = (((-0.4 * z2 - 3.3) * z2 - 24) * z2 - 85.5) / (0.8 * z2 * z2 + 100 + b);
    return minus_log10_p_z(z + (up + z2 + 3) / b * z);
}

void minus_log10_p_many(int64_t count, const double *t, const double *df, double *out)
{
    for (int64_t i = 0; i < count; i++) out[i] = minus_log10_p_t(t[i], df[i]);
}

void minus_log10_p_z_many(int64_t count, const double *z, double *out)
{
    for (int64_t i = 0; i < count; i++) out[i] = minus_log10_p_z(z[i]);
}

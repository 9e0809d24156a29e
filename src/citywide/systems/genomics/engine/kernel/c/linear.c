/* Least squares of every trait on [1, covariates, genotype], each variant on exactly the people it was called in.
 *
 * The products with all people come from dots(). What the missing people would have added to the covariates' own
 * products is summed over their rows and taken off, so the cost of exactness follows the number of missing calls. */
#include "kernel.h"
#include <math.h>
#include <stdlib.h>

#define COLLINEAR_BELOW 1e-10
#define CONSTANT_BELOW 1e-13

static inline uint64_t word_at(const uint8_t *row, int64_t word, int64_t bytes)
{
    uint64_t value = 0;
    int64_t left = bytes - word * 8;
    memcpy(&value, row + word * 8, left >= 8 ? 8 : (size_t)left);
    return value;
}

/* Counts, and the words that hold a missing call, without a branch per word. */
static inline __attribute__((always_inline)) Calls count_row(const uint8_t *row, const Group *group, uint32_t *words,
                                                             int64_t *many)
{
    int64_t whole = group->bytes / 8, all = (group->bytes + 7) / 8, absent = 0, found = 0;
    Calls calls = {0, 0, 0};
    for (int64_t word = 0; word < all; word++) {
        uint64_t value, mask = group->mask[word];
        if (word < whole) memcpy(&value, row + word * 8, 8);
        else value = word_at(row, word, group->bytes);
        uint64_t high = value >> 1, none = value & ~high & mask;
        calls.hets += __builtin_popcountll(high & ~value & mask);
        calls.twos += __builtin_popcountll(mask & ~(value | high));
        absent += __builtin_popcountll(none);
        words[found] = (uint32_t)word;
        found += none != 0;
    }
    calls.calls = group->members - absent;
    *many = found;
    return calls;
}

static inline __attribute__((always_inline)) int64_t list_missing(const uint8_t *row, const Group *group,
                                                                  const uint32_t *words, int64_t many, uint32_t *people)
{
    int64_t found = 0;
    for (int64_t i = 0; i < many; i++) {
        uint64_t value = word_at(row, words[i], group->bytes);
        uint64_t none = value & ~(value >> 1) & group->mask[words[i]];
        do {
            people[found] = words[i] * 32 + (uint32_t)(__builtin_ctzll(none) >> 1);
            __builtin_prefetch(group->rows + (int64_t)people[found++] * group->width);
            none &= none - 1;
        } while (none);
    }
    return found;
}

#define ROW_WORK(name, attributes)                                                                                   \
    attributes static Calls name(const uint8_t *row, const Group *group, uint32_t *words, uint32_t *people,          \
                                 int64_t *missing, double *products)                                                 \
    {                                                                                                                \
        int64_t many;                                                                                                \
        Calls calls = count_row(row, group, words, &many);                                                           \
        *missing = many ? list_missing(row, group, words, many, people) : 0;                                         \
        if (*missing) missing_products(group, people, *missing, products);                                           \
        return calls;                                                                                                \
    }

typedef Calls RowWork(const uint8_t *, const Group *, uint32_t *, uint32_t *, int64_t *, double *);
ROW_WORK(row_work_plain, )
#if X86_LEVELS
ROW_WORK(row_work_avx2, __attribute__((target("avx2,fma,bmi,bmi2,popcnt,lzcnt"))))
ROW_WORK(row_work_avx512, __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,fma,bmi,bmi2,popcnt"))))
#endif

static RowWork *row_work(void)
{
#if X86_LEVELS
    if (level() >= VNNI) return row_work_avx512;
    if (level() == AVX2) return row_work_avx2;
#endif
    return row_work_plain;
}

double column_sum(const Group *group, const int32_t *sums, int column)
{
    double total = 0;
    const int32_t *digits = sums + group->column_first[column];
    for (int digit = group->column_digits[column] - 1; digit >= 0; digit--) total = total * 256 + digits[digit];
    return total * group->column_unit[column];
}

/* Cholesky factor in place (lower, row stride k); a column that the missing people have made dependent is set to
 * zero and does not count. Returns the rank. */
static int factor(double *a, int k)
{
    int rank = 0;
    for (int i = 0; i < k; i++) {
        for (int j = 0; j < i; j++) {
            double sum = a[i * k + j];
            for (int l = 0; l < j; l++) sum -= a[i * k + l] * a[j * k + l];
            a[i * k + j] = a[j * k + j] > 0 ? sum / a[j * k + j] : 0;
        }
        double pivot = a[i * k + i];
        for (int l = 0; l < i; l++) pivot -= a[i * k + l] * a[i * k + l];
        a[i * k + i] = pivot > 1e-9 ? sqrt(pivot) : 0;
        rank += pivot > 1e-9;
    }
    return rank;
}

static void solve_lower(const double *a, int k, double *x)
{
    for (int i = 0; i < k; i++) {
        double sum = x[i];
        for (int l = 0; l < i; l++) sum -= a[i * k + l] * x[l];
        x[i] = a[i * k + i] > 0 ? sum / a[i * k + i] : 0;
    }
}

Calls count_calls(const uint8_t *row, const Group *group)
{
    uint32_t *words = malloc((size_t)(group->bytes / 8 + 2) * sizeof *words);
    int64_t many;
    Calls calls = count_row(row, group, words, &many);
    free(words);
    return calls;
}

static double dot(const double *a, const double *b, int k)
{
    double sum = 0;
    for (int i = 0; i < k; i++) sum += a[i] * b[i];
    return sum;
}

/* Take the intercept and the covariates, both on the called people, out of the genotype. */
void fit_genotype(const Group *group, const double *shared, Moments seen, const double *products, int missing, Fit *fit)
{
    int k = group->covariates, width = group->width;
    double n = seen.calls;
    fit->mean = n > 0 ? seen.ones / n : 0;
    fit->status = n > 0 ? FINE : NO_CALLS;
    fit->spread = n > 0 ? (n * seen.squares - seen.ones * seen.ones) / n : 0;
    fit->rank = k;
    if (fit->status == FINE && fit->spread <= CONSTANT_BELOW * seen.squares) fit->status = ONE_GENOTYPE;
    if (fit->status != FINE) return;
    double whole = fit->spread;
    for (int i = 0; i < k; i++) fit->projection[i] = shared[i];
    if (missing) {
        for (int i = 0; i < k; i++) fit->projection[i] += fit->mean * products[i + 1];
        for (int i = 0; i < k; i++)
            for (int j = 0; j <= i; j++)
                fit->cross[i * k + j] = (i == j) - products[(int64_t)(j + 1) * width + i + 1] -
                                        products[i + 1] * products[j + 1] / n;
        fit->rank = factor(fit->cross, k);
        solve_lower(fit->cross, k, fit->projection);
    }
    fit->spread -= dot(fit->projection, fit->projection, k);
    if (n - fit->rank - 2 < 1) fit->status = TOO_FEW;
    else if (fit->spread < COLLINEAR_BELOW * whole) fit->status = COLLINEAR;
}

static void fit_trait(const Group *group, double shared, double n, const double *products, int missing, Fit *fit,
                      int trait, double *beta, double *error, double *minus_log10_p, uint8_t *status)
{
    int k = group->covariates, lane = 1 + k + trait, width = group->width;
    double left = 1;
    if (missing) {
        double mean = products[lane];
        shared += fit->mean * mean;
        left -= products[(int64_t)lane * width + lane] + mean * mean / n;
        for (int i = 0; i < k; i++)
            fit->trait[i] = -products[(int64_t)(i + 1) * width + lane] - products[i + 1] * mean / n;
        solve_lower(fit->cross, k, fit->trait);
        shared -= dot(fit->projection, fit->trait, k);
        left -= dot(fit->trait, fit->trait, k);
    }
    double df = n - fit->rank - 2, slope = shared / fit->spread, rest = left - slope * shared;
    if (left < 1e-12) { *status = NO_VARIANCE; return; }
    if (rest < 1e-15 * left) rest = 1e-15 * left;
    double scale = group->trait_norm[trait], se = sqrt(rest / (df * fit->spread));
    *beta = slope * scale;
    *error = se * scale;
    *minus_log10_p = minus_log10_p_t(slope / se, df);
}

/* One variant with every trait; results at `at`, `stride` apart. */
void fit_variant(const Group *group, const double *shared, Moments seen, const double *products, int missing, Fit *fit,
                 int64_t at, int64_t stride, double *beta, double *error, double *minus_log10_p, uint8_t *status)
{
    fit_genotype(group, shared, seen, products, missing, fit);
    for (int trait = 0; trait < group->traits; trait++, at += stride) {
        status[at] = (uint8_t)fit->status;
        beta[at] = error[at] = minus_log10_p[at] = NAN;
        if (fit->status == FINE)
            fit_trait(group, shared[group->covariates + trait], seen.calls, products, missing, fit, trait, beta + at,
                      error + at, minus_log10_p + at, status + at);
    }
}

/* Scan `variants` rows. counts: [variants][3] calls, hets, twos; the rest [traits][variants]. */
int linear(const uint8_t *raw, int64_t variants, const Group *group, int32_t *counts, uint8_t *status, double *beta,
           double *error, double *minus_log10_p)
{
    int k = group->covariates, width = group->width;
    int64_t columns = (int64_t)group->tiles * 16;
    int32_t *sums = malloc((size_t)(variants * columns) * sizeof *sums);
    uint32_t *words = malloc((size_t)(group->bytes / 8 + 2) * sizeof *words);
    uint32_t *people = malloc((size_t)(group->bytes * 4 + 8) * sizeof *people);
    double *products = calloc((size_t)width * (size_t)width + 8, sizeof *products);
    double *room = calloc((size_t)k * (size_t)(k + 2) + 1, sizeof *room);
    double *shared = malloc((size_t)(k + group->traits + 1) * sizeof *shared);
    if (!sums || !words || !people || !products || !room || !shared) return 1;
    Fit fit = {room, room + k * k, room + k * k + k, 0, 0, 0, 0};
    RowWork *work = row_work();
    dots(raw, variants, group->bytes, group->digits, group->tiles, COPIES, sums);
    for (int64_t variant = 0; variant < variants; variant++) {
        int64_t missing;
        Calls calls = work(raw + variant * group->bytes, group, words, people, &missing, products);
        Moments seen = {(double)calls.calls, (double)(calls.hets + 2 * calls.twos), (double)(calls.hets + 4 * calls.twos)};
        counts[3 * variant] = (int32_t)calls.calls;
        counts[3 * variant + 1] = (int32_t)calls.hets;
        counts[3 * variant + 2] = (int32_t)calls.twos;
        for (int i = 0; i < k + group->traits; i++) shared[i] = column_sum(group, sums + variant * columns, i);
        fit_variant(group, shared, seen, products, missing > 0, &fit, variant, variants, beta, error, minus_log10_p,
                    status);
    }
    free(shared);
    free(sums); free(words); free(people); free(products); free(room);
    return 0;
}

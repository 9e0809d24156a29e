/* Least squares and score tests on dosages: floats from 0 to 2; what is not a number or below 0 is missing.
 *
 * Four variants at a time are multiplied with all columns in double precision, over strips of people that stay in the
 * first cache. Missing people are marked as bits on the way, and taken out by their rows afterwards, as in linear.c. */
#include "kernel.h"
#include <math.h>
#include <stdlib.h>

#define STRIP 512
#define AT_ONCE 4

typedef float eight __attribute__((vector_size(32), aligned(4)));
typedef int32_t marks __attribute__((vector_size(32)));
typedef int8_t bytes8 __attribute__((vector_size(8)));

/* values: [strips][padded][STRIP], the first column says who counts; rows: [people][width], the same columns;
 * weights: [strips * STRIP], what a square counts */
typedef struct {
    int64_t people, strips, members;
    int32_t columns, padded, width;
    const double *values, *weights, *rows;
} Columns;

typedef struct {
    double *dots, *squares; /* [variants][padded], [variants] */
    uint64_t *gone;         /* [variants][strips * STRIP / 64] */
} Sums;

/* A strip of one variant as doubles, 0 where missing; adds its weighted squares and marks who is missing. */
static inline __attribute__((always_inline)) void read_strip(const float *from, const double *weights, double *to,
                                                             double *squares, uint64_t *gone)
{
    lanes sum = {0};
    for (int word = 0; word < STRIP / 64; word++) {
        uint64_t missing = 0;
        for (int at = 0; at < 64; at += 8) {
            eight x;
            lanes weight;
            memcpy(&x, from + word * 64 + at, sizeof x);
            memcpy(&weight, weights + word * 64 + at, sizeof weight);
            marks here = x >= 0;
            lanes value = __builtin_convertvector((eight)((marks)x & here), lanes);
            memcpy(to + word * 64 + at, &value, sizeof value);
            sum += value * value * weight;
            bytes8 absent = __builtin_convertvector(~here, bytes8);
            uint64_t eight_bytes;
            memcpy(&eight_bytes, &absent, 8);
            missing |= ((eight_bytes & 0x0101010101010101ULL) * 0x0102040810204080ULL >> 56) << at;
        }
        gone[word] = missing;
    }
    *squares += ((sum[0] + sum[4]) + (sum[1] + sum[5])) + ((sum[2] + sum[6]) + (sum[3] + sum[7]));
}

/* Products of four variants with four columns over a strip. */
static inline __attribute__((always_inline)) void multiply(const double *four, const double *columns, double *out,
                                                           int padded)
{
    lanes sum[4][4] = {{{0}}};
    for (int at = 0; at < STRIP; at += 8) {
        lanes left[4], right[4];
        for (int i = 0; i < 4; i++) {
            memcpy(&left[i], four + i * STRIP + at, sizeof(lanes));
            memcpy(&right[i], columns + i * STRIP + at, sizeof(lanes));
        }
        for (int i = 0; i < 4; i++)
            for (int j = 0; j < 4; j++) sum[i][j] += left[i] * right[j];
    }
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++) {
            lanes s = sum[i][j];
            out[i * padded + j] += ((s[0] + s[4]) + (s[1] + s[5])) + ((s[2] + s[6]) + (s[3] + s[7]));
        }
}

static inline __attribute__((always_inline)) void sum_up(const float *tile, int64_t variants, const Columns *columns,
                                                         const Sums *sums)
{
    double four[AT_ONCE * STRIP] __attribute__((aligned(64))) = {0};
    int64_t words = columns->strips * (STRIP / 64);
    for (int64_t strip = 0; strip < columns->strips; strip++) {
        int64_t first = strip * STRIP, left = columns->people - first;
        const double *values = columns->values + first * columns->padded;
        for (int64_t variant = 0; variant < variants; variant += AT_ONCE) {
            int many = variants - variant < AT_ONCE ? (int)(variants - variant) : AT_ONCE;
            double out[AT_ONCE * columns->padded];
            memset(out, 0, sizeof out);
            for (int i = 0; i < many; i++) {
                const float *from = tile + (variant + i) * columns->people + first;
                float end[STRIP];
                if (left < STRIP) {
                    memset(end, 0, sizeof end);
                    from = memcpy(end, from, (size_t)left * sizeof *end);
                }
                read_strip(from, columns->weights + first, four + i * STRIP, sums->squares + variant + i,
                           sums->gone + (variant + i) * words + strip * (STRIP / 64));
            }
            for (int column = 0; column < columns->padded; column += 4)
                multiply(four, values + column * STRIP, out + column, columns->padded);
            double *to = sums->dots + variant * columns->padded;
            for (int i = 0; i < many * columns->padded; i++) to[i] += out[i];
        }
    }
}

/* Who is missing, from the bits. */
static inline __attribute__((always_inline)) int64_t list_gone(const uint64_t *gone, int64_t words, uint32_t *people)
{
    int64_t found = 0;
    for (int64_t word = 0; word < words; word++)
        for (uint64_t left = gone[word]; left; left &= left - 1)
            people[found++] = (uint32_t)(word * 64 + __builtin_ctzll(left));
    return found;
}

static inline __attribute__((always_inline)) void row_sums(const Columns *columns, const uint32_t *people, int64_t many,
                                                           double *absent)
{
    memset(absent, 0, (size_t)columns->width * sizeof *absent);
    for (int64_t i = 0; i < many; i++)
        for (int at = 0; at < columns->width; at++) absent[at] += columns->rows[(int64_t)people[i] * columns->width + at];
}

typedef void SumUp(const float *, int64_t, const Columns *, const Sums *);
typedef void Products(const Group *, const uint32_t *, int64_t, double *);
#define AT_LEVEL(suffix, attributes)                                                                                 \
    attributes static void sum_up_##suffix(const float *t, int64_t v, const Columns *c, const Sums *s)               \
    {                                                                                                                \
        sum_up(t, v, c, s);                                                                                          \
    }                                                                                                                \
    attributes static void products_##suffix(const Group *g, const uint32_t *p, int64_t m, double *out)              \
    {                                                                                                                \
        missing_products(g, p, m, out);                                                                              \
    }

AT_LEVEL(plain, )
#if X86_LEVELS
AT_LEVEL(avx2, __attribute__((target("avx2,fma"))))
AT_LEVEL(avx512, __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,fma,prefer-vector-width=512"))))
#endif

static SumUp *sum_up_here(void)
{
#if X86_LEVELS
    if (level() >= VNNI) return sum_up_avx512;
    if (level() == AVX2) return sum_up_avx2;
#endif
    return sum_up_plain;
}

static Products *products_here(void)
{
#if X86_LEVELS
    if (level() >= VNNI) return products_avx512;
    if (level() == AVX2) return products_avx2;
#endif
    return products_plain;
}

/* Room for the sums of a tile, and a list of people; the sums are zero. */
static int make_sums(const Columns *columns, int64_t variants, Sums *sums, uint32_t **people)
{
    sums->dots = calloc((size_t)((variants + AT_ONCE) * columns->padded), sizeof(double));
    sums->squares = calloc((size_t)variants, sizeof(double));
    sums->gone = malloc((size_t)(variants * columns->strips * STRIP / 8));
    *people = malloc((size_t)(columns->strips * STRIP) * sizeof **people);
    return sums->dots && sums->squares && sums->gone && *people;
}

static void free_sums(Sums *sums, uint32_t *people)
{
    free(sums->dots); free(sums->squares); free(sums->gone); free(people);
}

/* The mean in the place of each missing call: nothing is missing then. */
static void fill_in(const Group *group, const double *products, double *shared, Moments *seen)
{
    double mean = seen->ones / seen->calls, filled = (double)group->members - seen->calls;
    for (int i = 0; i < group->covariates + group->traits; i++) shared[i] += mean * products[i + 1];
    seen->squares += filled * mean * mean;
    seen->ones += filled * mean;
    seen->calls += filled;
}

/* What is below 0 is no number: what readers of dosages write for a missing call. */
void negatives_to_nan(float *tile, int64_t count)
{
    for (int64_t i = 0; i < count; i++) tile[i] = tile[i] >= 0 ? tile[i] : NAN;
}

/* Least squares of every trait on each variant of a tile; `columns` are the group's rows. */
int dosage_linear(const float *tile, int64_t variants, const Group *group, const Columns *columns, int impute,
                  int32_t *calls, double *ones, uint8_t *status, double *beta, double *error, double *minus_log10_p)
{
    int k = group->covariates, width = group->width;
    int64_t words = columns->strips * (STRIP / 64);
    Sums sums;
    uint32_t *people;
    double *products = calloc((size_t)width * (size_t)width + 8, sizeof *products);
    double *room = calloc((size_t)k * (size_t)(k + 2) + 1, sizeof *room);
    if (!make_sums(columns, variants, &sums, &people) || !products || !room) return 1;
    Fit fit = {room, room + k * k, room + k * k + k, 0, 0, 0, 0};
    Products *add_up = products_here();
    sum_up_here()(tile, variants, columns, &sums);
    for (int64_t variant = 0; variant < variants; variant++) {
        int64_t missing = list_gone(sums.gone + variant * words, words, people);
        double *shared = sums.dots + variant * columns->padded + 1;
        if (missing) add_up(group, people, missing, products);
        Moments seen = {(double)group->members - (missing ? products[0] : 0), shared[-1], sums.squares[variant]};
        if (missing && impute && seen.calls > 0) {
            fill_in(group, products, shared, &seen);
            missing = 0;
        }
        calls[variant] = (int32_t)seen.calls;
        ones[variant] = seen.ones;
        fit_variant(group, shared, seen, products, missing > 0, &fit, variant, variants, beta, error, minus_log10_p,
                    status);
    }
    free_sums(&sums, people); free(products); free(room);
    return 0;
}

/* Score statistics: the columns are who counts, the whitened and weighted covariates, the residual and the weight,
 * squares are weighted, `whole` is the sum of weights; missing calls count as the variant's mean. */
int dosage_score(const float *tile, int64_t variants, const Columns *columns, double whole, int32_t *calls, double *ones,
                 double *statistic, double *variance, uint8_t *status)
{
    int k = columns->columns - 3;
    int64_t words = columns->strips * (STRIP / 64);
    Sums sums;
    uint32_t *people;
    double *absent = malloc((size_t)columns->width * sizeof *absent);
    if (!make_sums(columns, variants, &sums, &people) || !absent) return 1;
    sum_up_here()(tile, variants, columns, &sums);
    for (int64_t v = 0; v < variants; v++) {
        const double *here = sums.dots + v * columns->padded;
        row_sums(columns, people, list_gone(sums.gone + v * words, words, people), absent);
        double n = (double)columns->members - absent[0], mean = n > 0 ? here[0] / n : 0, squares = sums.squares[v];
        double filled = squares + mean * mean * absent[k + 2], left = filled;
        double apart = squares - 2 * mean * here[k + 2] + mean * mean * (whole - absent[k + 2]);
        for (int i = 1; i <= k; i++) left -= (here[i] + mean * absent[i]) * (here[i] + mean * absent[i]);
        calls[v] = (int32_t)n;
        ones[v] = here[0];
        statistic[v] = here[k + 1] + mean * absent[k + 1];
        variance[v] = left;
        status[v] = n == 0 ? NO_CALLS : apart <= 1e-12 * squares ? ONE_GENOTYPE : n < k + 2 ? TOO_FEW
                  : left > 1e-8 * filled ? FINE : COLLINEAR;
    }
    free_sums(&sums, people); free(absent);
    return 0;
}

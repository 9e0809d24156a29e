/* Shared words of the genome kernel. All loads of genotype rows stay within `bytes` of the row. */
#ifndef CITYWIDE_KERNEL_H
#define CITYWIDE_KERNEL_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__) && defined(__GNUC__) && (__GNUC__ >= 11 || defined(__clang__))
#define X86_LEVELS 1
#else
#define X86_LEVELS 0
#endif

enum { PLAIN = 0, AVX2 = 1, VNNI = 2, AMX = 3 };
enum { COPIES = 0, SQUARES = 1, ABSENT = 2 };
enum { FINE = 0, NO_CALLS = 1, ONE_GENOTYPE = 2, TOO_FEW = 3, COLLINEAR = 4, NO_VARIANCE = 5 };

#define CHUNK 256 /* people decoded together: 64 bytes of a row */

typedef double lanes __attribute__((vector_size(64), aligned(8)));

/* People, covariates and traits of one group of people with the same phenotype missing.
 * rows: [people][width] doubles: 1, orthonormal covariates, unit traits; zero for people outside the group
 * digits: signed base-256 digits of the same columns in tiles of 16 columns x 4 people, see pack in kernel.py
 * column_first, column_digits, column_unit: where each column's digits are and the value of their last unit */
typedef struct {
    int64_t people, bytes, members;
    int32_t covariates, traits, width, tiles;
    const uint64_t *mask;
    const double *rows;
    const int8_t *digits;
    const int32_t *column_first, *column_digits;
    const double *column_unit;
    const double *trait_norm;
} Group;

typedef struct {
    int64_t calls, hets, twos; /* people with a call, with one copy, with two */
} Calls;

/* Sums over the called people of a variant. */
typedef struct {
    double calls, ones, squares;
} Moments;

typedef struct {
    double *cross, *projection, *trait; /* k x k, k, k */
    double spread, mean;                /* what is left of the genotype's sum of squares; its mean */
    int rank, status;
} Fit;

/* products[width][width], upper blocks of 8 x 8: sums of row' row over the missing people; traits only with
 * themselves, so blocks of traits off the diagonal are left out. */
static inline __attribute__((always_inline)) void missing_products(const Group *group, const uint32_t *people,
                                                                   int64_t many, double *products)
{
    int width = group->width, base = group->covariates + 1;
    for (int up = 0; up < width; up += 8)
        for (int across = up; across < width; across += 8) {
            if (up >= base && across != up) continue;
            lanes sum[8] = {{0}};
            for (int64_t i = 0; i < many; i++) {
                const double *row = group->rows + (int64_t)people[i] * width;
                lanes columns;
                memcpy(&columns, row + across, sizeof columns);
                for (int line = 0; line < 8; line++) sum[line] += row[up + line] * columns;
            }
            for (int line = 0; line < 8; line++)
                memcpy(products + (int64_t)(up + line) * width + across, &sum[line], sizeof(lanes));
        }
}

void fit_genotype(const Group *group, const double *shared, Moments seen, const double *products, int missing, Fit *fit);
void fit_variant(const Group *group, const double *shared, Moments seen, const double *products, int missing, Fit *fit,
                 int64_t at, int64_t stride, double *beta, double *error, double *minus_log10_p, uint8_t *status);
/* Copies of the counted allele that a person has, -1 where missing: from 2-bit rows, or from rows of dosages. */
static inline __attribute__((always_inline)) double copies_of(const void *block, int dosages, int64_t row, int64_t stride,
                                                              int32_t person)
{
    static const double copies[4] = {2, -1, 1, 0};
    if (dosages) {
        float found = ((const float *)block)[row * stride + person];
        return found >= 0 ? found : -1;
    }
    return copies[((const uint8_t *)block)[row * stride + (person >> 2)] >> (2 * (person & 3)) & 3];
}

int level(void);
int use_level(int wanted);
void dots(const uint8_t *raw, int64_t variants, int64_t bytes, const int8_t *digits, int tiles, int what, int32_t *sums);
Calls count_calls(const uint8_t *row, const Group *group);
double column_sum(const Group *group, const int32_t *sums, int column);
double minus_log10_p_t(double t, double df);
double minus_log10_p_z(double z);

#endif

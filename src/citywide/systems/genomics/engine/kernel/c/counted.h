/* A score of a variant, and those who carry its rarer allele. */
#ifndef CITYWIDE_COUNTED_H
#define CITYWIDE_COUNTED_H

#include "kernel.h"

enum { MOST_OUTCOMES = 12 };

/* g, risk: copies less what covariates tell of them, and the null model's risk, of everybody
 * s, spread: the score and its variance */
typedef struct {
    const double *g, *risk;
    const int64_t *carriers;
    int64_t many, people;
    double s, spread;
} Score;

int64_t carriers_of(const double *g, int64_t n, double mean, int64_t *carriers);
double log_counted(const Score *of);

#endif

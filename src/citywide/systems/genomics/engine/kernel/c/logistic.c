/* Logistic and Firth regression of one variant at a time, on exactly the people it was called in.
 *
 * Columns are kept person after person (structure of arrays) in strips of 256 people that stay in the first cache.
 * The null model's linear predictor is where every fit begins, so three or four Newton steps are enough. */
#include "kernel.h"
#include <math.h>
#include <stdlib.h>

#define STRIP 256
#define MOST_STEPS 25
#define PLINK2_HALTS 1e-4
#define MOST_FIRTH_STEPS 200

enum { SCORE_TEST = 1, WALD_TEST = 2, FIRTH_TEST = 3, SPA_TEST = 4 };
enum { SEPARATED = 6, NOT_CONVERGED = 7 };
enum { FIRTH_OFF = 0, FIRTH_FALLBACK = 1, FIRTH_ALWAYS = 2 };
enum { FULL_STEPS, SHORT_STEPS, PENALISED };

/* columns: [terms][strips * 256], the intercept first; null: the linear predictor that fits begin at
 * halt: NULL, or [terms][terms] coefficients of plink2's own columns by ours: fits halt where plink2's do */
typedef struct {
    int64_t members, padded;
    int32_t terms, firth;
    const int32_t *who;
    const double *columns, *ill, *null, *halt;
} Binary;

typedef struct {
    double *copies, *present, *eta, *risk; /* [padded] */
    double *information, *inverse, *gradient, *step, *at; /* of terms + 1 */
    double *weighted;                          /* [terms + 4][STRIP] */
} Work;

typedef int64_t bits __attribute__((vector_size(64), aligned(8)));

static inline __attribute__((always_inline)) lanes exp_lanes(lanes x)
{
    const double magic = 0x1.8p52;
    lanes high = x - x + 700, low = -high;
    x = (lanes)(((bits)x & (x < high)) | ((bits)high & ~(x < high)));
    x = (lanes)(((bits)x & (x > low)) | ((bits)low & ~(x > low)));
    lanes t = x * 1.4426950408889634074 + magic, n = t - magic;
    lanes r = x - n * 0x1.62e42fee00000p-1 - n * 0x1.a39ef35793c76p-33;
    lanes p = x - x + 1.0 / 479001600;
    p = p * r + 1.0 / 39916800;
    p = p * r + 1.0 / 3628800;
    p = p * r + 1.0 / 362880;
    p = p * r + 1.0 / 40320;
    p = p * r + 1.0 / 5040;
    p = p * r + 1.0 / 720;
    p = p * r + 1.0 / 120;
    p = p * r + 1.0 / 24;
    p = p * r + 1.0 / 6;
    p = p * r + 0.5;
    p = p * r + 1;
    p = p * r + 1;
    return (lanes)((bits)p + ((bits)t << 52));
}

static inline __attribute__((always_inline)) double sum_lanes(lanes x)
{
    return ((x[0] + x[4]) + (x[1] + x[5])) + ((x[2] + x[6]) + (x[3] + x[7]));
}

static inline __attribute__((always_inline)) lanes load(const double *from)
{
    lanes value;
    memcpy(&value, from, sizeof value);
    return value;
}

static inline __attribute__((always_inline)) void store(double *to, lanes value) { memcpy(to, &value, sizeof value); }

static inline __attribute__((always_inline)) const double *column(const Binary *data, const Work *work, int term)
{
    return term < data->terms ? data->columns + (int64_t)term * data->padded : work->copies;
}

/* Sums over a strip of a[i] * b[j] for 4 x 4 columns at once. */
static inline __attribute__((always_inline)) void tile(const double *const a[4], const double *const b[4], double *out,
                                                       int size)
{
    lanes sum[4][4] = {{{0}}};
    for (int i = 0; i < STRIP; i += 8) {
        lanes left[4], right[4];
        for (int j = 0; j < 4; j++) left[j] = load(a[j] + i), right[j] = load(b[j] + i);
        for (int j = 0; j < 4; j++)
            for (int l = 0; l < 4; l++) sum[j][l] += left[j] * right[l];
    }
    for (int j = 0; j < 4; j++)
        for (int l = 0; l < 4; l++) out[j * size + l] += sum_lanes(sum[j][l]);
}

/* Risks, gradient and information at eta. The information has its rows padded to a multiple of four. */
static inline __attribute__((always_inline)) void pass(const Binary *data, Work *work, int terms)
{
    static const double zeros[STRIP];
    int size = (terms + 3) / 4 * 4;
    memset(work->information, 0, (size_t)(size * size) * sizeof(double));
    memset(work->gradient, 0, (size_t)size * sizeof(double));
    for (int64_t at = 0; at < data->padded; at += STRIP) {
        double *weight = work->weighted + (int64_t)size * STRIP, *rest = weight + STRIP;
        for (int i = 0; i < STRIP; i += 8) {
            lanes eta = load(work->eta + at + i), here = load(work->present + at + i), ill = load(data->ill + at + i);
            lanes risk = 1 / (1 + exp_lanes(-eta)), w = here * risk * (1 - risk);
            store(work->risk + at + i, risk);
            store(weight + i, w);
            store(rest + i, here * (ill - risk));
        }
        for (int term = 0; term < terms; term++) {
            const double *from = column(data, work, term) + at;
            double *to = work->weighted + (int64_t)term * STRIP;
            lanes sum = {0};
            for (int i = 0; i < STRIP; i += 8) {
                lanes value = load(from + i);
                store(to + i, value * load(weight + i));
                sum += value * load(rest + i);
            }
            work->gradient[term] += sum_lanes(sum);
        }
        for (int term = terms; term < size; term++) memset(work->weighted + (int64_t)term * STRIP, 0, sizeof zeros);
        for (int up = 0; up < size; up += 4)
            for (int across = 0; across <= up; across += 4) {
                const double *a[4], *b[4];
                for (int j = 0; j < 4; j++) {
                    a[j] = work->weighted + (int64_t)(up + j) * STRIP;
                    b[j] = across + j < terms ? column(data, work, across + j) + at : zeros;
                }
                tile(a, b, work->information + up * size + across, size);
            }
    }
}

/* Firth's part of the gradient: leverages w x' I^-1 x, from the inverse of the Cholesky factor, times 1/2 - risk. */
static inline __attribute__((always_inline)) void penalise(const Binary *data, Work *work, int terms)
{
    int size = (terms + 3) / 4 * 4;
    lanes more[terms], x[terms];
    memset(more, 0, sizeof more);
    for (int64_t at = 0; at < data->padded; at += 8) {
        lanes total = {0}, risk = load(work->risk + at);
        for (int i = 0; i < terms; i++) {
            lanes sum = {0};
            x[i] = load(column(data, work, i) + at);
            for (int j = 0; j <= i; j++) sum += x[j] * work->inverse[i * size + j];
            total += sum * sum;
        }
        total *= load(work->present + at) * risk * (1 - risk) * (0.5 - risk);
        for (int i = 0; i < terms; i++) more[i] += x[i] * total;
    }
    for (int i = 0; i < terms; i++) work->gradient[i] += sum_lanes(more[i]);
}

static inline __attribute__((always_inline)) void set_eta(const Binary *data, Work *work, int terms)
{
    for (int64_t at = 0; at < data->padded; at += 8) {
        lanes eta = load(data->null + at);
        for (int term = 0; term < terms; term++) eta += load(column(data, work, term) + at) * work->at[term];
        store(work->eta + at, eta);
    }
}

/* inverse := L^-1 with information = L L'; false when the information is not positive. */
static int invert_factor(const Work *work, int terms)
{
    int size = (terms + 3) / 4 * 4;
    double *l = work->inverse;
    for (int i = 0; i < terms; i++)
        for (int j = 0; j <= i; j++) {
            double sum = work->information[i * size + j];
            for (int m = 0; m < j; m++) sum -= l[i * size + m] * l[j * size + m];
            if (i == j && !(sum > 1e-10 * work->information[i * size + i])) return 0;
            l[i * size + j] = i == j ? sqrt(sum) : sum / l[j * size + j];
        }
    for (int j = 0; j < terms; j++) {
        l[j * size + j] = 1 / l[j * size + j];
        for (int i = j + 1; i < terms; i++) {
            double sum = 0;
            for (int m = j; m < i; m++) sum -= l[i * size + m] * l[m * size + j];
            l[i * size + j] = sum / l[i * size + i];
        }
    }
    return 1;
}

/* step := I^-1 gradient; returns the gradient's length in that metric. */
static double newton_step(const Work *work, int terms)
{
    int size = (terms + 3) / 4 * 4;
    double decrement = 0;
    memset(work->step, 0, (size_t)terms * sizeof(double));
    for (int i = 0; i < terms; i++) {
        double sum = 0;
        for (int j = 0; j <= i; j++) sum += work->inverse[i * size + j] * work->gradient[j];
        decrement += sum * sum;
        for (int j = 0; j <= i; j++) work->step[j] += work->inverse[i * size + j] * sum;
    }
    return decrement;
}

static double last_error(const Work *work, int terms)
{
    int size = (terms + 3) / 4 * 4;
    return fabs(work->inverse[(terms - 1) * size + terms - 1]);
}

/* plink2 halts when the changes of its coefficients add up to less than 1e-4. */
static int halts(const Binary *data, const double *step, double decrement)
{
    if (!data->halt) return decrement < 1e-16;
    int terms = data->terms;
    double changes = fabs(step[terms]);
    for (int i = 0; i < terms; i++) {
        double change = 0;
        for (int j = 0; j < terms; j++) change += data->halt[i * terms + j] * step[j];
        changes += fabs(change);
    }
    return changes < PLINK2_HALTS;
}

/* Short steps come to rest where full ones jump over the height: they are the shorter the farther off it seems. */
static inline __attribute__((always_inline)) int plain_fit(const Binary *data, Work *work, int terms, int brief)
{
    memset(work->at, 0, (size_t)terms * sizeof(double));
    for (int round = 0; round < MOST_STEPS; round++) {
        set_eta(data, work, terms);
        pass(data, work, terms);
        if (!invert_factor(work, terms)) return NOT_CONVERGED;
        double decrement = newton_step(work, terms);
        if (!(decrement < 1e12)) return NOT_CONVERGED;
        double pace = brief ? 1 / (1 + sqrt(decrement)) : 1;
        for (int i = 0; i < terms; i++) work->at[i] += pace * work->step[i];
        if (terms > data->terms && fabs(work->at[terms - 1]) > 30) return NOT_CONVERGED;
        if (terms > data->terms ? halts(data, work->step, decrement) : decrement < 1e-16) return FINE;
    }
    return NOT_CONVERGED;
}

/* Jeffreys-penalised fit: Newton steps on the modified score with the plain information, steps bounded. */
static inline __attribute__((always_inline)) int firth_fit(const Binary *data, Work *work, int terms)
{
    double before = INFINITY, pace = 1;
    memset(work->at, 0, (size_t)terms * sizeof(double));
    for (int round = 0; round < MOST_FIRTH_STEPS; round++) {
        set_eta(data, work, terms);
        pass(data, work, terms);
        if (!invert_factor(work, terms)) return NOT_CONVERGED;
        penalise(data, work, terms);
        double decrement = newton_step(work, terms), last = fabs(work->step[terms - 1]);
        if (!(decrement < 1e12)) return NOT_CONVERGED;
        if (decrement > before) pace = pace > 0.3 ? pace / 2 : pace; /* it overshoots: go slower */
        else if (decrement < before / 4) pace = pace < 0.8 ? pace * 1.2 : 1;
        before = decrement;
        double bound = terms > data->terms && last * pace > 5 ? 5 / last : pace;
        for (int i = 0; i < terms; i++) work->at[i] += bound * work->step[i];
        if (decrement < 1e-18) return FINE;
    }
    return NOT_CONVERGED;
}

#define FITTERS(suffix, attributes)                                                                                  \
    attributes static int plain_fit_##suffix(const Binary *d, Work *w, int t, int s) { return plain_fit(d, w, t, s); } \
    attributes static int firth_fit_##suffix(const Binary *d, Work *w, int t) { return firth_fit(d, w, t); }

FITTERS(plain, )
#if X86_LEVELS
FITTERS(avx2, __attribute__((target("avx2,fma"))))
FITTERS(avx512, __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,fma"))))
#endif

static int do_fit(const Binary *data, Work *work, int terms, int how)
{
#if X86_LEVELS
    if (level() >= VNNI)
        return how == PENALISED ? firth_fit_avx512(data, work, terms) : plain_fit_avx512(data, work, terms, how);
    if (level() == AVX2)
        return how == PENALISED ? firth_fit_avx2(data, work, terms) : plain_fit_avx2(data, work, terms, how);
#endif
    return how == PENALISED ? firth_fit_plain(data, work, terms) : plain_fit_plain(data, work, terms, how);
}

/* Maximum likelihood, by full steps from the null model or else by short ones. */
static int likeliest(const Binary *data, Work *work, int terms)
{
    int found = do_fit(data, work, terms, FULL_STEPS);
    return found == FINE ? found : do_fit(data, work, terms, SHORT_STEPS);
}

static int make_work(const Binary *data, Work *work)
{
    int size = (data->terms + 1 + 3) / 4 * 4;
    int64_t n = data->padded, square = (int64_t)size * size;
    double *room = aligned_alloc(64, (size_t)(((4 * n + 2 * square + 3 * size + (int64_t)(size + 4) * STRIP) * 8 + 63) / 64 * 64));
    if (!room) return 0;
    memset(room, 0, (size_t)(4 * n + 2 * square + 3 * size) * 8);
    work->copies = room; work->present = room + n; work->eta = room + 2 * n; work->risk = room + 3 * n;
    work->weighted = room + 4 * n;
    work->information = work->weighted + (int64_t)(size + 4) * STRIP;
    work->inverse = work->information + square;
    work->gradient = work->inverse + square; work->step = work->gradient + size; work->at = work->step + size;
    return 1;
}

/* Copies of the members, the presence of a call, and whether the alleles of cases and controls are apart, or all who
 * are called are of one class. */
static int spread_copies(const void *block, int dosages, int64_t row, int64_t stride, const Binary *data, Work *work)
{
    double lowest[2] = {3, 3}, highest[2] = {-1, -1};
    for (int64_t i = 0; i < data->members; i++) {
        double copies = copies_of(block, dosages, row, stride, data->who[i]);
        int side = data->ill[i] > 0.5, here = copies >= 0;
        work->copies[i] = here ? copies : 0;
        work->present[i] = here;
        if (!here) continue;
        if (copies < lowest[side]) lowest[side] = copies;
        if (copies > highest[side]) highest[side] = copies;
    }
    if (highest[0] < 0 || highest[1] < 0) return NO_VARIANCE;
    return highest[0] <= lowest[1] || highest[1] <= lowest[0] ? SEPARATED : FINE;
}

/* Fit the null model: eta and the coefficients of its terms; the offset is in data->null. */
int null_model(const Binary *data, double *eta, double *coefficients)
{
    Work work;
    if (!make_work(data, &work)) return -1;
    for (int64_t i = 0; i < data->members; i++) work.present[i] = 1;
    int status = likeliest(data, &work, data->terms);
    if (status != FINE) status = do_fit(data, &work, data->terms, PENALISED);
    memcpy(coefficients, work.at, (size_t)data->terms * sizeof(double));
    set_eta(data, &work, data->terms);
    memcpy(eta, work.eta, (size_t)data->padded * sizeof(double));
    free(work.copies);
    return status;
}

/* Exact fits of the variants listed in `rows`, of a block of 2-bit rows or of dosages. */
int fit_many(const void *block, int dosages, int64_t stride, const int64_t *rows, int64_t count, const Binary *data,
             double *beta, double *error, double *minus_log10_p, uint8_t *test, uint8_t *status)
{
    Work work;
    int terms = data->terms + 1;
    if (!make_work(data, &work)) return 1;
    for (int64_t i = 0; i < count; i++) {
        int apart = spread_copies(block, dosages, rows[i], stride, data, &work);
        int found = apart ? apart : data->firth == FIRTH_ALWAYS ? NOT_CONVERGED : likeliest(data, &work, terms);
        test[i] = WALD_TEST;
        if (found != FINE && found != NO_VARIANCE && data->firth != FIRTH_OFF) {
            found = do_fit(data, &work, terms, PENALISED);
            test[i] = FIRTH_TEST;
        }
        status[i] = (uint8_t)found;
        beta[i] = found == FINE ? work.at[terms - 1] : NAN;
        error[i] = found == FINE ? last_error(&work, terms) : NAN;
        minus_log10_p[i] = found == FINE ? minus_log10_p_z(beta[i] / error[i]) : NAN;
    }
    free(work.copies);
    return 0;
}

/* Score statistics of every variant: columns are the whitened, weighted covariates, then the residual, the weight
 * and the cases; missing calls count as the variant's mean here. `weights` are the digits of the weight alone. */
int score(const uint8_t *raw, int64_t variants, const Group *group, const int8_t *weights, int32_t *counts,
          double *statistic, double *variance, double *case_copies, uint8_t *status)
{
    int k = group->covariates, columns = group->tiles * 16;
    int32_t *sums = malloc((size_t)(variants * columns) * sizeof *sums);
    int32_t *absent = malloc((size_t)(variants * columns) * sizeof *absent);
    int32_t *squares = malloc((size_t)(variants * 16) * sizeof *squares);
    if (!sums || !absent || !squares) return 1;
    dots(raw, variants, group->bytes, group->digits, group->tiles, COPIES, sums);
    dots(raw, variants, group->bytes, group->digits, group->tiles, ABSENT, absent);
    dots(raw, variants, group->bytes, weights, 1, SQUARES, squares);
    for (int64_t v = 0; v < variants; v++) {
        Calls calls = count_calls(raw + v * group->bytes, group);
        const int32_t *here = sums + v * columns, *gone = absent + v * columns;
        double n = (double)calls.calls, mean = n > 0 ? (double)(calls.hets + 2 * calls.twos) / n : 0;
        double weight = 0;
        for (int digit = group->column_digits[k + 1] - 1; digit >= 0; digit--)
            weight = weight * 256 + squares[v * 16 + digit];
        double left = weight * group->column_unit[k + 1] + mean * mean * column_sum(group, gone, k + 1);
        double whole = left;
        for (int i = 0; i < k; i++) {
            double part = column_sum(group, here, i) + mean * column_sum(group, gone, i);
            left -= part * part;
        }
        counts[3 * v] = (int32_t)calls.calls;
        counts[3 * v + 1] = (int32_t)calls.hets;
        counts[3 * v + 2] = (int32_t)calls.twos;
        statistic[v] = column_sum(group, here, k) + mean * column_sum(group, gone, k);
        variance[v] = left;
        case_copies[v] = column_sum(group, here, k + 2);
        int same = calls.hets == 0 && (calls.twos == 0 || calls.twos == calls.calls);
        same |= calls.hets == calls.calls;
        status[v] = calls.calls == 0 ? NO_CALLS : same ? ONE_GENOTYPE : calls.calls < k + 2 ? TOO_FEW
                  : left > 1e-8 * whole ? FINE : COLLINEAR;
    }
    free(sums); free(absent); free(squares);
    return 0;
}

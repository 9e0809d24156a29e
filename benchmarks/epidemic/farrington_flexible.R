# Usage: Rscript farrington_flexible.R COUNTS.csv OUT.csv FIRST_WEEK ALPHA SETTINGS(published|default)
# One column a series. Writes alarms (0/1), one column a series, and prints the CPU seconds of the detection alone.
suppressMessages(library(surveillance))
asked <- commandArgs(trailingOnly = TRUE)
counts <- as.matrix(read.csv(asked[1], header = FALSE))
control <- list(range = as.integer(asked[3]):nrow(counts), b = 5, w = 3, alpha = as.numeric(asked[4]), glmWarnings = FALSE)
if (asked[5] == "published") control <- c(control, list(
  noPeriods = 10, pastWeeksNotIncluded = 26, thresholdMethod = "nbPlugin", pThresholdTrend = 1))
start <- proc.time()
alarms <- sapply(seq_len(ncol(counts)), function(j) suppressWarnings(
  farringtonFlexible(sts(observed = counts[, j], frequency = 52, start = c(2000, 1)), control))@alarm)
cat(sum((proc.time() - start)[1:2]), as.character(packageVersion("surveillance")), "\n")
write.table(alarms * 1, asked[2], row.names = FALSE, col.names = FALSE, sep = ",", na = "0")

"""What the columns of the compiled part's arrays hold: lanes, queues, rules."""

STOP, END, BOX, GREEN, SINCE = range(5)
USUAL, BEGAN, RUNG, LEARNED = range(4)
(
    PATIENCE,
    FREE_ROAD,
    JAM_GAP,
    LINE,
    BOX_M,
    BEHIND,
    CRAWL,
    CRAWL_S,
    QUEUE_LEAST,
    QUEUE_GROWTH,
    QUEUE_S,
    WRONG_M,
    WRONG_V,
    BOX_WAIT,
) = range(14)

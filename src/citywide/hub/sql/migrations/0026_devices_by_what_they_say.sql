-- Who speaks of one thing, such as all that ask for priority or all rain gauges, is found without going through every
-- series of the city. While the index is built, what speaks for the first time waits for a moment
create index series_quantity on hub.series (quantity, entity);
-- What was written down last is found without a look at the latest value of every device. By blocks, since an index by
-- rows would be written anew for each value; meanwhile the newest values wait
create index latest_written on hub.latest using brin (written) with (pages_per_range = 4, autosummarize = on);

-- Who speaks of one thing, such as all that ask for priority or all rain gauges, is found without going through every
-- series of the city. While the index is built, what speaks for the first time waits for a moment
create index series_quantity on hub.series (quantity, entity);

-- The general model has changed, and a refit is of what the general model of its day left over: made anew at night.
delete from waterlogging.refit;

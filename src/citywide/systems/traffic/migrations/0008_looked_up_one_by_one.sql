-- Whether a crossing may be seen is looked up for the rows that are read, not gone through for all things of the city
alter policy crossings on traffic.measure using (exists (select from hub.entity where entity.number = measure.crossing));
alter policy crossings on traffic.arrival using (exists (select from hub.entity where entity.number = arrival.crossing));
alter policy crossings on traffic.plan_choice using (exists (select from hub.entity where entity.number = plan_choice.crossing));
alter policy crossings on traffic.day_value using (exists (select from hub.entity where entity.number = day_value.crossing));
alter policy crossings on traffic.timetable using (exists (select from hub.entity where entity.number = timetable.crossing));
alter policy crossings on traffic.priority using (exists (select from hub.entity where entity.number = priority.crossing));
alter policy crossings on traffic.fault using (exists (select from hub.entity where entity.number = fault.crossing));
alter policy crossings on traffic.own_plan using (exists (select from hub.entity where entity.number = own_plan.crossing));
alter policy crossings on traffic.own_hours using (exists (select from hub.entity where entity.number = own_hours.crossing));
alter policy lanes on traffic.incident_feedback using (exists (select from hub.entity where entity.number = incident_feedback.lane));
alter policy lanes on traffic.volume using (exists (select from hub.entity where entity.number = volume.lane));
alter policy lanes on traffic.works using (exists (select from hub.entity where entity.number = works.lane));
alter policy crossings on traffic.plan_change using (case when crossing is null then hub.may_see('traffic')
    else exists (select from hub.entity where entity.number = plan_change.crossing) end);
alter policy crossings on traffic.milestone using (case when crossing is null then hub.may_see('traffic')
    else exists (select from hub.entity where entity.number = milestone.crossing) end);

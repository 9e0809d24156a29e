-- What is told to a role of a department is read by those who hold it there, not by whoever holds it elsewhere
drop policy departments on hub.message;
create policy departments on hub.message for select to citywide_staff using (hub.may_see(department) and (role is null
    or array[role || '@' || department, role || '@*'] &&
        string_to_array(coalesce(current_setting('citywide.offices', true), ''), ',')));

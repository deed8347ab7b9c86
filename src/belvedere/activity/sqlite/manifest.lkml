project_name: "system__activity"
local_dependency: { project: "system_activity_shared" }

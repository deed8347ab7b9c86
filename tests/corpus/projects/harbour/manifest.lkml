project_name: "harbour"

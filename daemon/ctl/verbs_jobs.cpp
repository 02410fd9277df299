// run, jobs, cancel.
#include "ctl/json.hpp"
#include "ctl/listing.hpp"
#include "ctl/verbs.hpp"
#include "ctl/words.hpp"

#include <charconv>

namespace cvmbackup::ctl {

namespace {

std::uint64_t job_of_path(const std::string& path) {
    std::uint64_t id = 0;
    const std::string last = path.substr(path.rfind('/') + 1);
    std::from_chars(last.data(), last.data() + last.size(), id);
    return id;
}

Rows steps_of(Manager& manager, const Dict& job) {
    const auto list = [&manager, &job](const Dict& page) {
        const Dict described = manager.GetJob(static_cast<std::uint64_t>(number(job, "id")), page);
        return rows(described, "steps");
    };
    return all_rows(list, {}, 0);
}

}  // namespace

ExitCode run_policy(Context& context, const RunArguments& arguments) {
    const std::string path =
        context.session.manager().Run(arguments.policy, arguments.instances, {});
    const std::uint64_t job = job_of_path(path);
    if (arguments.wait) {
        return wait_for_job(context, job, path);
    }
    if (context.output.style().json) {
        const Dict document{{"job", job}, {"path", path}};
        context.output.print(to_json(document));
        return ExitCode::ok;
    }
    context.output.line("Job " + std::to_string(job) + " has begun; see cvmbackupctl jobs.");
    return ExitCode::ok;
}

ExitCode list_jobs(Context& context, bool with_steps) {
    Output& output = context.output;
    Manager& manager = context.session.manager();
    const auto list = [&manager](const Dict& page) { return manager.ListJobs(page); };
    Rows jobs = all_rows(list, {}, 0);
    if (with_steps) {
        for (Dict& job : jobs) {
            job.emplace("steps", steps_of(manager, job));
        }
    }
    if (output.style().json) {
        output.print(to_json(jobs));
        return ExitCode::ok;
    }
    if (jobs.empty()) {
        output.line("No job is in progress.");
        return ExitCode::ok;
    }
    const Instant now = context.session.now();
    print_jobs(output, jobs, now);
    for (const Dict& job : jobs) {
        if (with_steps) {
            output.line("\nJob " + std::to_string(number(job, "id")) + ":");
            print_steps(output, rows(job, "steps"), now);
        }
    }
    return ExitCode::ok;
}

ExitCode cancel_job(Context& context, std::uint64_t job) {
    Manager& manager = context.session.manager();
    manager.Cancel(job, {});
    if (context.output.style().json) {
        Dict row = manager.GetJob(job, {});
        row.erase("steps");
        context.output.print(to_json(row));
        return ExitCode::ok;
    }
    context.output.line(
        "Job " + std::to_string(job) +
        " is being cancelled; what the cloud already works on is awaited."
    );
    return ExitCode::ok;
}

}  // namespace cvmbackup::ctl

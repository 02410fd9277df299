// The reading methods of org.cvmbackup1.Manager: arguments in, rows out.
#include "bus/arguments.hpp"
#include "bus/manager_object.hpp"

#include <algorithm>

namespace cvmbackup::bus {

namespace {

constexpr std::uint32_t calendar_max = 1000;  // runs of one policy in one call

bool at_work(const StepStatus& step) {
    return step.state == CopyState::intended || step.state == CopyState::accepted;
}

// The filter of ListBackups and ListPoints.
Outcome<BackupFilter> to_filter(const Dict& raw, bool only_points) {
    Options options(raw);
    BackupFilter filter;
    filter.only_points = only_points;
    if (const auto policy = options.text("policy")) {
        filter.policy = PolicyName(*policy);
    }
    if (const auto instance = options.text("instance")) {
        filter.instance = InstanceId(*instance);
    }
    if (!only_points) {
        if (const auto run = options.number("run")) {
            filter.run = RunId(static_cast<std::int64_t>(*run));
        }
        if (options.flag("failed")) {
            filter.result = Result::failed;
        }
        filter.only_points = options.flag("points");
    }
    const Page page = options.page();
    filter.offset = page.offset;
    filter.limit = page.limit;
    if (auto problem = options.finish()) {
        return *problem;
    }
    return filter;
}

}  // namespace

Dict ManagerObject::GetComparison(const Dict& raw) {
    return gate_.read("Manager.GetComparison", [&]() -> Outcome<Dict> {
        Options options(raw);
        const Page page = options.page();
        if (auto problem = options.finish()) {
            return *problem;
        }
        const Reconciliation& last = commands_.reconciliation();
        Dict row = to_wire(last);
        row.emplace("findings", rows(page.of(last.findings)));
        return row;
    });
}

Dict ManagerObject::Status(const Dict& raw) {
    return gate_.read("Manager.Status", [&]() -> Outcome<Dict> {
        if (auto problem = no_options(raw)) {
            return *problem;
        }
        return to_wire(commands_.status());
    });
}

Rows ManagerObject::ListPolicies(const Dict& raw) {
    return gate_.read("Manager.ListPolicies", [&]() -> Outcome<Rows> {
        Options options(raw);
        const Page page = options.page();
        if (auto problem = options.finish()) {
            return *problem;
        }
        const Instant now = commands_.status().now;
        Rows result;
        for (const PolicyStatus& policy : page.of(commands_.policies())) {
            result.push_back(to_wire(policy, now));
        }
        return result;
    });
}

Dict ManagerObject::GetPolicy(const std::string& policy, const Dict& raw) {
    return gate_.read("Manager.GetPolicy", [&]() -> Outcome<Dict> {
        const auto name = policy_argument(policy);
        if (!name) {
            return name.error();
        }
        if (auto problem = no_options(raw)) {
            return *problem;
        }
        const auto status = commands_.policy(*name);
        if (!status) {
            return status.error();
        }
        return details(*status, commands_.status().now);
    });
}

Rows ManagerObject::ListJobs(const Dict& raw) {
    return gate_.read("Manager.ListJobs", [&]() -> Outcome<Rows> {
        Options options(raw);
        const Page page = options.page();
        if (auto problem = options.finish()) {
            return *problem;
        }
        return rows(page.of(commands_.jobs()));
    });
}

Dict ManagerObject::GetJob(const std::uint64_t& job, const Dict& raw) {
    return gate_.read("Manager.GetJob", [&]() -> Outcome<Dict> {
        const auto id = id_argument(job);
        if (!id) {
            return id.error();
        }
        Options options(raw);
        const Page page = options.page();
        if (auto problem = options.finish()) {
            return *problem;
        }
        auto status = commands_.job(RunId(*id));
        if (!status) {
            return status.error();
        }
        Dict row = to_wire(*status);
        std::ranges::stable_partition(status->steps, at_work);
        row.emplace("steps_total", std::uint64_t{status->steps.size()});
        row.emplace("steps", rows(page.of(std::move(status->steps))));
        return row;
    });
}

Rows ManagerObject::ListRuns(const Dict& raw) {
    return gate_.read("Manager.ListRuns", [&]() -> Outcome<Rows> {
        Options options(raw);
        const auto policy = options.text("policy");
        const Page page = options.page();
        if (auto problem = options.finish()) {
            return *problem;
        }
        const auto name = policy ? std::optional(PolicyName(*policy)) : std::nullopt;
        return rows(page.of(commands_.runs(name, page.offset + page.limit)));
    });
}

Rows ManagerObject::ListBackups(const Dict& raw) {
    return gate_.read("Manager.ListBackups", [&]() -> Outcome<Rows> {
        const auto filter = to_filter(raw, false);
        return filter ? Outcome<Rows>(rows(commands_.backups(*filter))) : filter.error();
    });
}

Rows ManagerObject::ListPoints(const Dict& raw) {
    return gate_.read("Manager.ListPoints", [&]() -> Outcome<Rows> {
        const auto filter = to_filter(raw, true);
        return filter ? Outcome<Rows>(rows(commands_.backups(*filter))) : filter.error();
    });
}

Dict ManagerObject::Show(const std::uint64_t& backup, const Dict& raw) {
    return gate_.read("Manager.Show", [&]() -> Outcome<Dict> {
        const auto id = id_argument(backup);
        if (!id) {
            return id.error();
        }
        if (auto problem = no_options(raw)) {
            return *problem;
        }
        const auto found = commands_.backup(BackupId(*id));
        return found ? Outcome<Dict>(details(*found)) : found.error();
    });
}

Rows ManagerObject::Plan(const std::string& policy, const Dict& raw) {
    return gate_.read("Manager.Plan", [&]() -> Outcome<Rows> {
        const auto name = optional_policy_argument(policy);
        if (!name) {
            return name.error();
        }
        Options options(raw);
        const bool only_expired = options.flag("expired");
        const Page page = options.page();
        if (auto problem = options.finish()) {
            return *problem;
        }
        auto plan = commands_.plan(*name);
        if (!plan) {
            return plan.error();
        }
        if (only_expired) {
            std::erase_if(plan->decisions, [](const Decision& decision) { return decision.keep; });
        }
        Rows result;
        for (const Decision& decision : page.of(std::move(plan->decisions))) {
            const auto part =
                std::ranges::find(plan->policies, decision.policy, &PolicyPlan::policy);
            result.push_back(to_wire(decision));
            result.back().emplace("plan", part == plan->policies.end() ? "" : part->id);
            result.back().emplace(
                "stops",
                part == plan->policies.end() ? std::vector<std::string>() : stop_words(part->stops)
            );
        }
        return result;
    });
}

Rows ManagerObject::Calendar(
    const std::string& policy, const std::uint32_t& count, const Dict& raw
) {
    return gate_.read("Manager.Calendar", [&]() -> Outcome<Rows> {
        const auto name = optional_policy_argument(policy);
        if (!name) {
            return name.error();
        }
        if (count < 1 || count > calendar_max) {
            return invalid_argument("count must be 1 to " + std::to_string(calendar_max));
        }
        Options options(raw);
        const Page page = options.page();
        if (auto problem = options.finish()) {
            return *problem;
        }
        auto entries = commands_.calendar(*name, count);
        if (!entries) {
            return entries.error();
        }
        return rows(page.of(std::move(*entries)));
    });
}

}  // namespace cvmbackup::bus

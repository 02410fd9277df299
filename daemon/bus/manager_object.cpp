#include "bus/manager_object.hpp"

#include "bus/arguments.hpp"
#include "bus/names.hpp"

namespace cvmbackup::bus {

ManagerObject::ManagerObject(sdbus::IConnection& connection, Gate& gate, Commands& commands)
    : AdaptorInterfaces(connection, root_path)
    , gate_(gate)
    , commands_(commands)
    , status_(commands.status()) {
    registerAdaptor();
}

ManagerObject::~ManagerObject() {
    unregisterAdaptor();
}

void ManagerObject::update(DaemonStatus status) {
    std::vector<std::string> changed;
    const auto compare = [&changed](const char* name, const auto& before, const auto& after) {
        if (before != after) {
            changed.emplace_back(name);
        }
    };
    compare("Policies", status_.policies, status.policies);
    compare("Jobs", status_.jobs, status.jobs);
    compare("BackupsInFlight", status_.backups_in_flight, status.backups_in_flight);
    compare("LastReloadOk", status_.last_reload_ok, status.last_reload_ok);
    compare("LastReload", status_.last_reload, status.last_reload);
    compare("LastReloadText", status_.last_reload_text, status.last_reload_text);
    status_ = std::move(status);
    if (!changed.empty()) {
        emitPropertiesChangedSignal(Manager_adaptor::INTERFACE_NAME, changed);
    }
}

void ManagerObject::Run(
    sdbus::Result<Job>&& result, std::string policy, std::vector<std::string> instances, Dict raw
) {
    auto run = [&commands = commands_, policy, instances, raw]() -> Outcome<Job> {
        const auto name = policy_argument(policy);
        if (!name) {
            return name.error();
        }
        auto ids = instances_argument(instances);
        if (!ids) {
            return ids.error();
        }
        if (auto problem = no_options(raw)) {
            return *problem;
        }
        const auto id = commands.run_now(*name, std::move(*ids));
        return id ? Outcome<Job>(Job(job_path(*id))) : id.error();
    };
    gate_.change("Manager.Run", getObject(), std::move(result), std::move(run));
}

void ManagerObject::Cancel(sdbus::Result<>&& result, std::uint64_t job, Dict raw) {
    auto cancel = [&commands = commands_, job, raw]() -> Outcome<void> {
        const auto id = id_argument(job);
        if (!id) {
            return id.error();
        }
        if (auto problem = no_options(raw)) {
            return *problem;
        }
        return commands.cancel(RunId(*id));
    };
    gate_.change("Manager.Cancel", getObject(), std::move(result), std::move(cancel));
}

void ManagerObject::Pause(
    sdbus::Result<>&& result,
    std::string policy,
    std::uint64_t until_usec,
    std::string reason,
    Dict raw
) {
    auto pause = [&commands = commands_, policy, until_usec, reason, raw]() -> Outcome<void> {
        const auto name = policy_argument(policy);
        if (!name) {
            return name.error();
        }
        const auto hold = hold_arguments(until_usec, reason, raw, commands.status().now);
        if (!hold) {
            return hold.error();
        }
        return commands.pause(*name, hold->until, hold->reason);
    };
    gate_.change("Manager.Pause", getObject(), std::move(result), std::move(pause));
}

void ManagerObject::Resume(sdbus::Result<>&& result, std::string policy, Dict raw) {
    auto resume = [&commands = commands_, policy, raw]() -> Outcome<void> {
        const auto name = policy_argument(policy);
        if (!name) {
            return name.error();
        }
        if (auto problem = no_options(raw)) {
            return *problem;
        }
        return commands.resume(*name);
    };
    gate_.change("Manager.Resume", getObject(), std::move(result), std::move(resume));
}

void ManagerObject::Pin(
    sdbus::Result<>&& result,
    std::uint64_t point,
    std::uint64_t until_usec,
    std::string reason,
    Dict raw
) {
    auto pin = [&commands = commands_, point, until_usec, reason, raw]() -> Outcome<void> {
        const auto id = id_argument(point);
        if (!id) {
            return id.error();
        }
        const auto hold = hold_arguments(until_usec, reason, raw, commands.status().now);
        if (!hold) {
            return hold.error();
        }
        return commands.pin(BackupId(*id), hold->until, hold->reason);
    };
    gate_.change("Manager.Pin", getObject(), std::move(result), std::move(pin));
}

void ManagerObject::Unpin(sdbus::Result<>&& result, std::uint64_t point, Dict raw) {
    auto unpin = [&commands = commands_, point, raw]() -> Outcome<void> {
        const auto id = id_argument(point);
        if (!id) {
            return id.error();
        }
        if (auto problem = no_options(raw)) {
            return *problem;
        }
        return commands.unpin(BackupId(*id));
    };
    gate_.change("Manager.Unpin", getObject(), std::move(result), std::move(unpin));
}

void ManagerObject::ApplyPlan(sdbus::Result<std::uint64_t>&& result, std::string plan, Dict raw) {
    auto apply = [&commands = commands_, plan, raw]() -> Outcome<std::uint64_t> {
        const auto id = plan_argument(plan);
        if (!id) {
            return id.error();
        }
        if (auto problem = no_options(raw)) {
            return *problem;
        }
        const auto copies = commands.apply_plan(*id);
        return copies ? Outcome<std::uint64_t>(*copies) : copies.error();
    };
    gate_.change("Manager.ApplyPlan", getObject(), std::move(result), std::move(apply));
}

void ManagerObject::Reload(sdbus::Result<>&& result, Dict raw) {
    auto reload = [&commands = commands_, raw]() -> Outcome<void> {
        if (auto problem = no_options(raw)) {
            return *problem;
        }
        return commands.reload();
    };
    gate_.change("Manager.Reload", getObject(), std::move(result), std::move(reload));
}

void ManagerObject::Verify(sdbus::Result<std::uint64_t>&& result, Dict raw) {
    auto verify = [&commands = commands_, raw]() -> Outcome<std::uint64_t> {
        if (auto problem = no_options(raw)) {
            return *problem;
        }
        return commands.verify();
    };
    gate_.change("Manager.Verify", getObject(), std::move(result), std::move(verify));
}

}  // namespace cvmbackup::bus

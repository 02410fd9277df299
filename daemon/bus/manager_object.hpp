// /org/cvmbackup1: org.cvmbackup1.Manager and the object manager of all that is below.
#pragma once

#include "bus/gate.hpp"
#include "bus/generated/org.cvmbackup1.adaptor.hpp"
#include "bus/wire.hpp"
#include "engine/commands.hpp"

#include <string>
#include <vector>

namespace cvmbackup::bus {

class ManagerObject final : public sdbus::AdaptorInterfaces<
                                org::cvmbackup1::Manager_adaptor,
                                sdbus::ObjectManager_adaptor,
                                sdbus::Properties_adaptor> {
public:
    ManagerObject(sdbus::IConnection& connection, Gate& gate, Commands& commands);
    ~ManagerObject();

    ManagerObject(const ManagerObject&) = delete;
    ManagerObject& operator=(const ManagerObject&) = delete;

    // Tells of the properties that are not as before.
    void update(DaemonStatus status);

private:
    using Job = sdbus::ObjectPath;

    void Run(
        sdbus::Result<Job>&& result,
        std::string policy,
        std::vector<std::string> instances,
        Dict options
    ) override;
    void Cancel(sdbus::Result<>&& result, std::uint64_t job, Dict options) override;
    void Pause(
        sdbus::Result<>&& result,
        std::string policy,
        std::uint64_t until_usec,
        std::string reason,
        Dict options
    ) override;
    void Resume(sdbus::Result<>&& result, std::string policy, Dict options) override;
    void Pin(
        sdbus::Result<>&& result,
        std::uint64_t point,
        std::uint64_t until_usec,
        std::string reason,
        Dict options
    ) override;
    void Unpin(sdbus::Result<>&& result, std::uint64_t point, Dict options) override;
    void ApplyPlan(sdbus::Result<std::uint64_t>&& result, std::string plan, Dict options) override;
    void Reload(sdbus::Result<>&& result, Dict options) override;

    void Verify(sdbus::Result<std::uint64_t>&& result, Dict options) override;
    Dict GetComparison(const Dict& options) override;
    Dict Status(const Dict& options) override;
    Rows ListPolicies(const Dict& options) override;
    Dict GetPolicy(const std::string& policy, const Dict& options) override;
    Rows ListJobs(const Dict& options) override;
    Dict GetJob(const std::uint64_t& job, const Dict& options) override;
    Rows ListRuns(const Dict& options) override;
    Rows ListBackups(const Dict& options) override;
    Rows ListPoints(const Dict& options) override;
    Dict Show(const std::uint64_t& backup, const Dict& options) override;
    Rows Plan(const std::string& policy, const Dict& options) override;
    Rows Calendar(const std::string& policy, const std::uint32_t& count, const Dict& options)
        override;

    std::string Version() override { return status_.version; }

    std::uint64_t Started() override { return usec(status_.started); }

    std::string ConfigDirectory() override { return status_.config_dir; }

    double ClockSpeed() override { return status_.clock_speed; }

    std::uint32_t Policies() override { return static_cast<std::uint32_t>(status_.policies); }

    std::uint32_t Jobs() override { return static_cast<std::uint32_t>(status_.jobs); }

    std::uint32_t BackupsInFlight() override {
        return static_cast<std::uint32_t>(status_.backups_in_flight);
    }

    bool LastReloadOk() override { return status_.last_reload_ok; }

    std::uint64_t LastReload() override { return usec(status_.last_reload); }

    std::string LastReloadText() override { return status_.last_reload_text; }

    Gate& gate_;
    Commands& commands_;
    DaemonStatus status_;
};

}  // namespace cvmbackup::bus

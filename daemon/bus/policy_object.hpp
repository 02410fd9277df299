// /org/cvmbackup1/policy/NAME: one policy's state as properties.
#pragma once

#include "bus/generated/org.cvmbackup1.adaptor.hpp"
#include "bus/wire.hpp"

#include <string>
#include <vector>

namespace cvmbackup::bus {

class PolicyObject final : public sdbus::AdaptorInterfaces<
                               org::cvmbackup1::Policy_adaptor,
                               sdbus::Properties_adaptor,
                               sdbus::ManagedObject_adaptor> {
public:
    PolicyObject(sdbus::IConnection& connection, const PolicyStatus& status, Instant now);
    ~PolicyObject();

    PolicyObject(const PolicyObject&) = delete;
    PolicyObject& operator=(const PolicyObject&) = delete;

    // Tells of the properties that are not as before.
    void update(const PolicyStatus& status, Instant now);

private:
    // The values as they were last told.
    struct View {
        std::string name;
        std::string account;
        std::string region;
        std::vector<std::string> schedule;
        std::string zone;
        bool paused = false;
        std::uint64_t paused_until = 0;
        std::string pause_reason;
        std::uint64_t next_run = 0;
        std::uint64_t last_run = 0;
        std::string last_result;
        std::uint64_t last_success = 0;
        bool rpo_missed = false;
        std::uint64_t matched_instances = 0;
    };

    static View to_view(const PolicyStatus& status, Instant now);

    std::string Name() override { return view_.name; }

    std::string Account() override { return view_.account; }

    std::string Region() override { return view_.region; }

    std::vector<std::string> Schedule() override { return view_.schedule; }

    std::string Zone() override { return view_.zone; }

    bool Paused() override { return view_.paused; }

    std::uint64_t PausedUntil() override { return view_.paused_until; }

    std::string PauseReason() override { return view_.pause_reason; }

    std::uint64_t NextRun() override { return view_.next_run; }

    std::uint64_t LastRun() override { return view_.last_run; }

    std::string LastResult() override { return view_.last_result; }

    std::uint64_t LastSuccess() override { return view_.last_success; }

    bool RpoMissed() override { return view_.rpo_missed; }

    std::uint64_t MatchedInstances() override { return view_.matched_instances; }

    View view_;
};

}  // namespace cvmbackup::bus

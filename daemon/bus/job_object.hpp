// /org/cvmbackup1/job/N: one run in progress.
#pragma once

#include "bus/gate.hpp"
#include "bus/generated/org.cvmbackup1.adaptor.hpp"
#include "bus/wire.hpp"
#include "engine/commands.hpp"

#include <string>

namespace cvmbackup::bus {

class JobObject final : public sdbus::AdaptorInterfaces<
                            org::cvmbackup1::Job_adaptor,
                            sdbus::Properties_adaptor,
                            sdbus::ManagedObject_adaptor> {
public:
    JobObject(sdbus::IConnection& connection, Gate& gate, Commands& commands, const JobStatus& job);
    ~JobObject();

    JobObject(const JobObject&) = delete;
    JobObject& operator=(const JobObject&) = delete;

    // Tells of the properties that are not as before.
    void update(const JobStatus& job);

    const Run& run() const { return run_; }

private:
    // The values as they were last told.
    struct View {
        std::uint64_t total = 0;
        std::uint64_t done = 0;
        double progress = 0.0;
        std::string step;
        std::string state;
    };

    static View to_view(const JobStatus& job);

    void Cancel(sdbus::Result<>&& result, Dict options) override;

    std::uint64_t Id() override { return static_cast<std::uint64_t>(run_.id.value()); }

    std::string Policy() override { return run_.policy.text(); }

    std::string Trigger() override { return to_text(run_.trigger); }

    std::uint64_t Due() override { return usec(run_.due); }

    std::uint64_t Started() override { return usec(run_.started); }

    std::uint64_t Total() override { return view_.total; }

    std::uint64_t Done() override { return view_.done; }

    double Progress() override { return view_.progress; }

    std::string Step() override { return view_.step; }

    std::string State() override { return view_.state; }

    Gate& gate_;
    Commands& commands_;
    Run run_;
    View view_;
};

}  // namespace cvmbackup::bus

#include "bus/job_object.hpp"

#include "bus/arguments.hpp"
#include "bus/names.hpp"

#include <vector>

namespace cvmbackup::bus {

JobObject::JobObject(
    sdbus::IConnection& connection, Gate& gate, Commands& commands, const JobStatus& job
)
    : AdaptorInterfaces(connection, job_path(job.run.id))
    , gate_(gate)
    , commands_(commands)
    , run_(job.run)
    , view_(to_view(job)) {
    registerAdaptor();
}

JobObject::~JobObject() {
    unregisterAdaptor();
}

JobObject::View JobObject::to_view(const JobStatus& job) {
    return {job.total, done(job), progress(job), step_words(job), state_word(job.run)};
}

void JobObject::update(const JobStatus& job) {
    View next = to_view(job);
    std::vector<std::string> changed;
    const auto compare = [&](const char* name, const auto View::*member) {
        if (view_.*member != next.*member) {
            changed.emplace_back(name);
        }
    };
    compare("Total", &View::total);
    compare("Done", &View::done);
    compare("Progress", &View::progress);
    compare("Step", &View::step);
    compare("State", &View::state);
    view_ = std::move(next);
    run_ = job.run;
    if (!changed.empty()) {
        emitPropertiesChangedSignal(Job_adaptor::INTERFACE_NAME, changed);
    }
}

void JobObject::Cancel(sdbus::Result<>&& result, Dict raw) {
    auto cancel = [&commands = commands_, id = run_.id, raw]() -> Outcome<void> {
        if (auto problem = no_options(raw)) {
            return *problem;
        }
        return commands.cancel(id);
    };
    gate_.change("Job.Cancel", getObject(), std::move(result), std::move(cancel));
}

}  // namespace cvmbackup::bus

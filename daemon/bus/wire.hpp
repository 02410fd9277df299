// Our values as rows of the bus: dictionaries with the field names of docs/bus.md, which are also
// those of `cvmbackupctl --json`. Times: `t` in µs, 0 is "none". Signed numbers: -1 is "unknown".
#pragma once

#include "model/finding.hpp"
#include "model/plan.hpp"
#include "model/status.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace cvmbackup::bus {

using Dict = std::map<std::string, sdbus::Variant>;
using Rows = std::vector<Dict>;

std::uint64_t usec(Instant instant);
std::uint64_t usec(const std::optional<Instant>& instant);

Dict to_wire(const DaemonStatus& status);
Dict to_wire(const PolicyStatus& status, Instant now);
// With everything that was configured.
Dict details(const PolicyStatus& status, Instant now);
Dict to_wire(const JobStatus& job);
Dict to_wire(const StepStatus& step);
Dict to_wire(const Run& run);
Dict to_wire(const Backup& backup);
// With disks and copies.
Dict details(const Backup& backup);
Dict to_wire(const Decision& decision);
Dict to_wire(const CalendarEntry& entry);
// Without the findings themselves.
Dict to_wire(const Reconciliation& comparison);
Dict to_wire(const Finding& finding);
std::vector<std::string> stop_words(const std::vector<BrakeStop>& stops);

template <class T>
Rows rows(const std::vector<T>& values) {
    Rows result;
    result.reserve(values.size());
    for (const T& value : values) {
        result.push_back(to_wire(value));
    }
    return result;
}

bool rpo_missed(const PolicyStatus& status, Instant now);
std::size_t done(const JobStatus& job);
// 0 to 1: ended backups, and of the others what the cloud tells of their steps.
double progress(const JobStatus& job);
// "2 images, 1 export": what the cloud works on; "waiting" if nothing.
std::string step_words(const JobStatus& job);
// "running", or the result of a run that has ended.
std::string state_word(const Run& run);

}  // namespace cvmbackup::bus

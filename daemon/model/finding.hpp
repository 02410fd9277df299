// Where catalog and cloud disagree, and what was done about it. One shape for journal, metrics, bus
// and client.
#pragma once

#include "model/backup.hpp"

#include <array>
#include <set>
#include <string>
#include <vector>

namespace cvmbackup {

enum class FindingKind {
    missing,      // the catalog says done, the cloud does not have it
    unknown,      // ours, but the catalog does not know it
    duplicate,    // a second image of one copy
    wrong_state,  // there, but failed, incomplete or renamed
    foreign,      // its name is of our form, but nothing proves that it is ours
    leftover,     // of a failed attempt
};

constexpr std::array all_finding_kinds{
    FindingKind::missing,
    FindingKind::unknown,
    FindingKind::duplicate,
    FindingKind::wrong_state,
    FindingKind::foreign,
    FindingKind::leftover};

enum class Mending {
    none,           // only shown: a person decides
    adopted,        // it is in the catalog now
    marked,         // the catalog does not count it as a good copy any more
    to_be_deleted,  // retention will delete it, with its usual checks
};

struct Finding {
    FindingKind kind = FindingKind::unknown;
    Mending mending = Mending::none;
    Place place;
    BucketName bucket;   // exports
    std::string object;  // image id, or the object's key
    std::string name;
    PolicyName policy;    // as far as known
    InstanceId instance;  // as far as known
    BackupId backup;      // 0: none yet
    std::string text;     // plain words

    bool operator==(const Finding&) const = default;
};

// One pass over all places, or over what the pass before could not read.
struct Reconciliation {
    std::uint64_t pass = 0;  // counted from 1 since the start; 0: none yet
    Instant begun{};         // of the last over all places
    Instant ended{};
    std::size_t places = 0;
    std::vector<std::string> troubles;  // places that could not be looked at, and why
    std::vector<Finding> findings;
    std::size_t known_findings = 0;  // the first so many are of passes before
    std::set<Place> left_alone;      // whose images were not read again
};

const char* to_text(FindingKind kind);
const char* to_text(Mending mending);

}  // namespace cvmbackup

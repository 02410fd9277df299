// Which instances a policy means, out of the inventory of its region, and which of their disks go
// into the image. What is left out has a reason. Semantics of criteria: model/policy.hpp.
#pragma once

#include "model/backup.hpp"
#include "model/cloud_objects.hpp"
#include "model/policy.hpp"

#include <string>
#include <vector>

namespace cvmbackup {

struct Selected {
    struct Skipped {
        InstanceId instance;
        std::string name;
        std::string reason;
        Result result = Result::skipped;  // skipped, or failed for a listed one that is not there
        bool impossible = false;          // a lasting state, not one that passes

        bool operator==(const Skipped&) const = default;
    };

    std::vector<Instance> chosen;   // by id
    std::vector<Skipped> left_out;  // by id: meant by the policy, but cannot be imaged now
};

Selected select_instances(const Policy& policy, const std::vector<Instance>& inventory);

// Narrows the listing on the server as far as its limits allow; the answer holds at least all
// instances that `selection` can choose.
InstanceQuery query_for(const Selection& selection);

// True if the instance meets every kind of criteria that is asked for; empty criteria match all.
bool matches(const Criteria& criteria, const Instance& instance);

struct ImagedDisks {
    std::vector<Disk> disks;         // data disks that go into the image
    std::vector<std::string> notes;  // data disks that cannot
};

ImagedDisks imaged_disks(const Instance& instance, Disks disks);

}  // namespace cvmbackup

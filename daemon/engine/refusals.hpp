// Since when the cloud refuses for now to make images of an instance, over all its backups: the
// next one does not ask in short pauses again.
#pragma once

#include "model/cloud_objects.hpp"
#include "model/failure.hpp"
#include "ports/clock.hpp"

#include <map>
#include <utility>

namespace cvmbackup {

class Refusals {
public:
    explicit Refusals(Clock& clock)
        : clock_(clock) {}

    // How long that has been so by now.
    Duration refused(const Place& place, const InstanceId& instance, const Failure& failure);
    void accepted(const Place& place, const InstanceId& instance);

private:
    struct Refused {
        Duration first;  // steady
        Duration last;
    };

    Clock& clock_;
    std::map<std::pair<Place, InstanceId>, Refused> refused_;
};

}  // namespace cvmbackup

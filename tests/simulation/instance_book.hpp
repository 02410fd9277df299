// Keeps score of promise 1 within a run: every instance that its policy selects, and that is there
// from the run's begin until its backups are chosen, has a backup in it, whatever its result; or
// the run as a whole tells why not. Selection is the simulation's own reading. Runs by hand are of
// all instances here. Throws Broken.
#pragma once

#include "cloudsim/world.hpp"
#include "ports/catalog.hpp"
#include "record.hpp"
#include "scenario.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace cvmbackup::simulation {

class InstanceBook {
public:
    using Fleet = std::map<std::string, cloudsim::Instance, std::less<>>;

    explicit InstanceBook(const Fleet& fleet);

    // At the begin of a life or by a reload.
    void in_force(const std::vector<DrawnPolicy>& policies);
    void committed(const Changes& changes);
    // Runs are known as this book knew them as `then`; none, when there is nothing to put back.
    void catalog_lost(const InstanceBook* then = nullptr);

private:
    // A run that has not chosen yet.
    struct Choosing {
        Run run;
        std::set<std::string> instances;  // selected and there, ever since it began
    };

    std::set<std::string> selected(const PolicyName& name) const;
    void leave_out_changed();
    static void check(const Choosing& choosing, const std::set<std::string>& chosen);
    bool tells_why_none(const Run& run) const;

    const Fleet& fleet_;
    std::map<PolicyName, Policy> policies_;
    std::set<RunId> begun_;
    std::map<RunId, Choosing> choosing_;
};

}  // namespace cvmbackup::simulation

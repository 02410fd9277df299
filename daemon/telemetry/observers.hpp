// Tells every fact to several observers, in the order they were added. They must outlive this.
#pragma once

#include "ports/observer.hpp"

#include <vector>

namespace cvmbackup {

class Observers : public Observer {
public:
    void add(Observer& observer) { observers_.push_back(&observer); }

    void observe(const Fact& fact) override {
        for (Observer* observer : observers_) {
            observer->observe(fact);
        }
    }

private:
    std::vector<Observer*> observers_;
};

}  // namespace cvmbackup

// Who wants to know what happened. Called after the commit, on the one thread; must not throw,
// block or call back into the engine.
#pragma once

#include "model/fact.hpp"

namespace cvmbackup {

class Observer {
public:
    virtual ~Observer() = default;
    virtual void observe(const Fact& fact) = 0;
};

}  // namespace cvmbackup

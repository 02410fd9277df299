// The rows behind errors.hpp: the first whose pattern fits decides.
#pragma once

#include "model/failure.hpp"

#include <string_view>

namespace cvmbackup {

// How the cloud's own message is treated.
enum class Quote { no, yes };

struct ErrorRule {
    // "A.B" fits exactly that code; "A*" fits every code that begins with A.
    std::string_view pattern;
    Remedy remedy;
    // Advice in plain words; {region}, {action}, {object} and {target} (where the new
    // image would be) are filled in.
    std::string_view advice;
    Quote quote = Quote::no;
};

const ErrorRule& api_rule(std::string_view code);
const ErrorRule& cos_rule(std::string_view code);

}  // namespace cvmbackup

#include "rules/backup_plan.hpp"

#include <gtest/gtest.h>

namespace cvmbackup {
namespace {

TEST(RunResult, IsTheWorstThatStillTellsTheTruth) {
    using enum Result;

    EXPECT_EQ(run_result({ok, ok}), ok);
    EXPECT_EQ(run_result({ok, failed}), partial);
    EXPECT_EQ(run_result({ok, skipped}), partial);
    EXPECT_EQ(run_result({partial, partial}), partial);
    EXPECT_EQ(run_result({failed, failed}), failed);
    EXPECT_EQ(run_result({failed, skipped}), failed);
    EXPECT_EQ(run_result({skipped, skipped}), skipped);
    EXPECT_EQ(run_result({cancelled, skipped}), cancelled);
    EXPECT_EQ(run_result({ok, cancelled}), partial);
}

}  // namespace
}  // namespace cvmbackup

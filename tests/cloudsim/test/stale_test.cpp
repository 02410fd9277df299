// Lists that tell what was true a while ago, by the fault stale.
#include "client.hpp"

namespace cloudsim::test {
namespace {

class Stale : public CloudTest {
protected:
    void SetUp() override {
        use(small_world(),
            "[[fault]]\naction = \"Describe*\"\nkind = \"stale\"\ndelay = \"5min\"\n");
    }

    std::string told_state() {
        return call("DescribeInstancesStatus", ids).first("InstanceStatusSet", "InstanceState");
    }

    std::int64_t instances(const std::string& body = "{}") {
        return call("DescribeInstances", body).total();
    }

    std::int64_t images_of_other() {
        return call_as_other(
                   "DescribeImages",
                   R"({"Filters":[{"Name":"image-type","Values":["SHARED_IMAGE"]}]})"
        )
            .total();
    }

    static constexpr const char* ids = R"({"InstanceIds":["ins-00000001"]})";
};

TEST_F(Stale, TellTheStateOfThenThoughTwoHavePassedSince) {
    wait(10min);
    EXPECT_EQ(call("StopInstances", ids).code, "");
    wait(150s);
    EXPECT_EQ(cloud->state().instances.at("ins-00000001").state, "STOPPING");
    EXPECT_EQ(told_state(), "RUNNING");
    EXPECT_EQ(cloud->state().instances.at("ins-00000001").state, "STOPPED");
    const std::string running = R"({"Filters":[{"Name":"instance-state","Values":["RUNNING"]}]})";
    EXPECT_EQ(instances(running), 31);
    wait(145s);
    EXPECT_EQ(told_state(), "RUNNING");
    wait(2s);
    EXPECT_EQ(told_state(), "STOPPING");
    wait(30s);
    EXPECT_EQ(told_state(), "STOPPED");
}

TEST_F(Stale, ForgetWhatNoListTellsAnyMore) {
    for (int i = 0; i < 10; ++i) {
        call(i % 2 == 0 ? "StopInstances" : "StartInstances", ids);
        wait(20min);
    }
    cloud->advance(now);
    EXPECT_LE(cloud->state().instances.at("ins-00000001").states.size(), 2U);
}

TEST_F(Stale, LackAnInstanceThatWasJustLaunched) {
    const Reply launched =
        call("RunInstances", R"({"ImageId":"img-debian12","Placement":{"Zone":"ap-guangzhou-3"}})");
    const std::string id = launched.set("InstanceIdSet").at(0).as_string().c_str();
    wait(4min);
    EXPECT_EQ(instances(R"({"InstanceIds":[")" + id + "\"]}"), 0);
    EXPECT_EQ(instances(), 31);
    wait(1min);
    EXPECT_EQ(instances(R"({"InstanceIds":[")" + id + "\"]}"), 1);
    EXPECT_EQ(instances(), 32);
}

TEST_F(Stale, TellOfAnInstanceThatWasJustTerminated) {
    EXPECT_EQ(call("TerminateInstances", ids).code, "");
    wait(2min);
    EXPECT_EQ(told_state(), "RUNNING");
    EXPECT_FALSE(cloud->state().instances.contains("ins-00000001"));
    EXPECT_EQ(instances(), 31);
    EXPECT_EQ(call("StopInstances", ids).code, "InvalidInstanceId.NotFound");
    wait(6min);
    EXPECT_EQ(instances(ids), 0);
    EXPECT_EQ(instances(), 30);
}

TEST_F(Stale, TellTheOldNameOfAnImage) {
    const std::string id = ready_image("before");
    wait(10min);
    const auto named = [this](const std::string& name) {
        return call(
                   "DescribeImages",
                   R"({"Filters":[{"Name":"image-name","Values":[")" + name + "\"]}]}"
        )
            .total();
    };
    call("ModifyImageAttribute", R"({"ImageId":")" + id + R"(","ImageName":"after"})");
    EXPECT_EQ(named("before"), 1);
    EXPECT_EQ(named("after"), 0);
    wait(5min);
    EXPECT_EQ(named("before"), 0);
    EXPECT_EQ(named("after"), 1);
}

TEST_F(Stale, LackAnImageThatWasJustShared) {
    const std::string id = ready_image();
    wait(10min);
    call(
        "ModifyImageSharePermission",
        R"({"ImageId":")" + id + R"(","AccountIds":["100000000002"],"Permission":"SHARE"})"
    );
    EXPECT_EQ(images_of_other(), 0);
    wait(5min);
    EXPECT_EQ(images_of_other(), 1);
}

TEST_F(Stale, DoNotCountRequestsThatTheyMeanNothingTo) {
    use(small_world(),
        "[[fault]]\naction = \"Describe*\"\nkind = \"stale\"\ndelay = \"5min\"\nnth = 1\n");
    EXPECT_EQ(call("DescribeSnapshots", "{}").answer.record.fault, "");
    EXPECT_EQ(call("DescribeImages", "{}").answer.record.fault, "stale");
}

TEST_F(Stale, AreThoseOfInstancesAlsoWithoutAFault) {
    use(small_world("[behaviour]\nlist_delay = \"60s\"\n"));
    call("RunInstances", R"({"ImageId":"img-debian12","Placement":{"Zone":"ap-guangzhou-3"}})");
    EXPECT_EQ(instances(), 31);
    wait(60s);
    EXPECT_EQ(instances(), 32);
}

}  // namespace
}  // namespace cloudsim::test

#include "client.hpp"

namespace cloudsim::test {
namespace {

class Faults : public CloudTest {
protected:
    void use_fault(const std::string& keys) { use(small_world(), "[[fault]]\n" + keys); }

    Reply create() {
        return call("CreateImage", R"({"ImageName":"n","InstanceId":"ins-00000001"})");
    }

    std::size_t images() { return cloud->state().images.size(); }
};

TEST_F(Faults, LoseTheAnswerAfterTheWorkWasDone) {
    use_fault("action = \"CreateImage\"\nkind = \"lost-after\"\nnth = 1\n");
    const Reply reply = create();
    EXPECT_EQ(reply.answer.fate, Fate::closed);
    EXPECT_EQ(reply.answer.record.fault, "lost-after");
    EXPECT_EQ(images(), 1U);
}

TEST_F(Faults, LoseTheRequestBeforeTheWorkIsDone) {
    use_fault("action = \"CreateImage\"\nkind = \"lost-before\"\nnth = 1\nsilent = true\n");
    EXPECT_EQ(create().answer.fate, Fate::silent);
    EXPECT_EQ(images(), 0U);
    EXPECT_EQ(create().answer.fate, Fate::delivered);
}

TEST_F(Faults, ResetTheConnection) {
    use_fault("action = \"Create*\"\nkind = \"reset\"\n");
    EXPECT_EQ(create().answer.fate, Fate::reset);
    EXPECT_EQ(images(), 0U);
}

TEST_F(Faults, SpoilTheBody) {
    use_fault("action = \"CreateImage\"\nkind = \"garbage\"\n");
    EXPECT_EQ(create().code, "no JSON");
    EXPECT_EQ(images(), 1U);
}

TEST_F(Faults, CutTheAnswer) {
    use_fault("action = \"CreateImage\"\nkind = \"truncated\"\n");
    EXPECT_EQ(create().answer.fate, Fate::truncated);
    EXPECT_EQ(images(), 1U);
}

TEST_F(Faults, AnswerAnyErrorCode) {
    use_fault("action = \"CreateImage\"\nkind = \"error\"\ncode = \"ResourceBusy\"\n");
    EXPECT_EQ(create().code, "ResourceBusy");
    EXPECT_EQ(images(), 0U);
}

TEST_F(Faults, AnswerAnyErrorToARealActionThatIsNotSimulated) {
    use_fault("action = \"RebootInstances\"\nkind = \"error\"\ncode = \"ResourceBusy\"\nnth = 1\n");
    EXPECT_EQ(call("RebootInstances", "{}").code, "ResourceBusy");
    EXPECT_EQ(call("RebootInstances", "{}").code, "UnsupportedOperation");
}

TEST_F(Faults, AnswerAServerError) {
    use_fault("action = \"CreateImage\"\nkind = \"http-500\"\nstatus = 502\n");
    EXPECT_EQ(create().answer.status, 502);
}

TEST_F(Faults, MakeAnAnswerSlow) {
    use_fault("action = \"CreateImage\"\nkind = \"slow\"\ndelay = \"90s\"\n");
    EXPECT_EQ(create().answer.delay, 90s);
    EXPECT_EQ(images(), 1U);
}

TEST_F(Faults, StrikeTheOrderedRequestsOnly) {
    use_fault("action = \"DescribeImages\"\nkind = \"error\"\nnth = [2, 4]\n");
    std::vector<std::string> codes;
    for (int i = 0; i < 4; ++i) {
        codes.push_back(call("DescribeImages", "{}").code);
    }
    EXPECT_THAT(codes, ElementsAre("", "InternalError", "", "InternalError"));
}

TEST_F(Faults, StrikeWithinTheirWindowAndRegionOnly) {
    use_fault(
        "action = \"*\"\nkind = \"error\"\nregion = \"ap-guangzhou\"\nafter = \"1h\"\n"
        "before = \"2h\"\n"
    );
    EXPECT_EQ(call("DescribeImages", "{}").code, "");
    wait(1h);
    EXPECT_EQ(call("DescribeImages", "{}").code, "InternalError");
    EXPECT_EQ(call_in("ap-shanghai", "DescribeImages", "{}").code, "");
    wait(1h);
    EXPECT_EQ(call("DescribeImages", "{}").code, "");
}

TEST_F(Faults, StrikeSoOftenAtMost) {
    use_fault("action = \"*\"\nkind = \"error\"\ntimes = 1\n");
    EXPECT_EQ(call("DescribeImages", "{}").code, "InternalError");
    EXPECT_EQ(call("DescribeImages", "{}").code, "");
}

TEST_F(Faults, LetACreationFail) {
    use_fault("action = \"CreateImage\"\nkind = \"task-fails\"\n");
    const std::string id = create().text("ImageId");
    wait(15min);
    EXPECT_EQ(state_of(id), "CREATEFAILED");
}

TEST_F(Faults, LetACreationHang) {
    use_fault("action = \"CreateImage\"\nkind = \"task-hangs\"\n");
    const std::string id = create().text("ImageId");
    wait(24h * 30);
    EXPECT_EQ(state_of(id), "CREATING");
}

TEST_F(Faults, LetACopyVanish) {
    use_fault("action = \"SyncImages\"\nkind = \"task-fails\"\n");
    const std::string source = ready_image();
    const Reply reply = call(
        "SyncImages",
        R"({"ImageIds":[")" + source +
            R"("],"DestinationRegions":["ap-shanghai"],"ImageSetRequired":true})"
    );
    wait(30min);
    EXPECT_EQ(state_of(reply.first("ImageSet", "ImageId"), "ap-shanghai"), "");
    EXPECT_EQ(state_of(source), "NORMAL");
}

TEST_F(Faults, LetAnExportFailSilently) {
    use_fault("action = \"ExportImages\"\nkind = \"task-fails\"\n");
    call(
        "ExportImages",
        R"({"BucketName":"backup-1250000000","ImageIds":[")" + ready_image() + "\"]}"
    );
    wait(1h);
    EXPECT_THAT(cos("GET", "/").body, testing::Not(HasSubstr("<Contents>")));
    EXPECT_EQ(cloud->state().count_exports({"100000000001", "ap-guangzhou"}), 0);
}

TEST_F(Faults, ReachObjectsToo) {
    use_fault("action = \"cos:HeadObject\"\nkind = \"error\"\ncode = \"SlowDown\"\nstatus = 503\n");
    EXPECT_EQ(cos("HEAD", "/key").status, 503);
    EXPECT_EQ(cos("GET", "/key").status, 404);
}

TEST_F(Faults, NameEveryProblemOfTheirFile) {
    try {
        parse_faults("[[fault]]\naction = \"*\"\nkind = \"flood\"\nnth = 0\nnht = 1\n", "f.toml");
        FAIL() << "the file was taken";
    } catch (const FileError& error) {
        EXPECT_THAT(error.what(), HasSubstr("f.toml:3:8: error: 'kind' must be one of"));
        EXPECT_THAT(error.what(), HasSubstr("f.toml:4:7: error: 'nth' counts from 1"));
        EXPECT_THAT(
            error.what(), HasSubstr("f.toml:5:1: error: unknown key 'nht', did you mean 'nth'?")
        );
    }
}

}  // namespace
}  // namespace cloudsim::test

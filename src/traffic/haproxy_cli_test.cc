#include "traffic/haproxy_cli.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace hikkoshi::traffic {

TEST(HaproxyCli, reads_the_processes_of_2_6) {
  auto found = parse_processes(
      "#<PID>          <type>          <reloads>       <uptime>        <version>      \n"
      "16079           master          3 [failed: 1]   0d00h00m20s     2.6.12-1+deb12u4\n"
      "# workers\n"
      "16475           worker          0               0d00h00m01s     2.6.12-1+deb12u4\n"
      "# old workers\n"
      "16082           worker          1               0d00h00m20s     2.6.12-1+deb12u4\n"
      "# programs\n"
      "99              agent           0               0d00h00m20s     -\n\n");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->master, 16079);
  EXPECT_EQ(found->reloads, 3);
  EXPECT_EQ(found->version, "2.6.12-1+deb12u4");
  EXPECT_EQ(found->workers, (std::vector<HaproxyWorker>{{16475, false}, {16082, true}}));
}

TEST(HaproxyCli, reads_the_processes_of_2_4) {
  auto found = parse_processes(
      "#<PID>          <type>          <relative PID>  <reloads>       <uptime>        <version>\n"
      "1162            master          0               5               0d00h02m07s     2.4.0\n"
      "# workers\n"
      "1271            worker          1               0               0d00h00m00s     2.4.0\n");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->reloads, 5);
  EXPECT_EQ(found->workers.size(), 1u);
}

TEST(HaproxyCli, takes_nothing_else_for_processes) {
  EXPECT_FALSE(parse_processes(""));
  EXPECT_FALSE(parse_processes("Unknown command, but maybe one of the following ones\n"));
}

TEST(HaproxyCli, reads_statistics_by_their_names) {
  auto rows = parse_statistics(
      "# pxname,svname,qcur,scur,req_tot,status,check_status,type,\n"
      "http,FRONTEND,,4,120,OPEN,,0,\n"
      "frames,web1,1,2,,UP,L7OK,2,\n"
      "frames,BACKEND,3,2,50,UP,,1,\n"
      "http,socket,,1,,UP,,3,\n\n");
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].kind, HaproxyRow::Kind::frontend);
  EXPECT_EQ(rows[0].requests, 120u);
  EXPECT_EQ(rows[1].name, "web1");
  EXPECT_EQ(rows[1].sessions, 2u);
  EXPECT_EQ(rows[1].check, "L7OK");
  EXPECT_EQ(rows[2].kind, HaproxyRow::Kind::backend);
  EXPECT_EQ(rows[2].queued, 3u);
  EXPECT_THROW(parse_statistics("# pxname,svname\nhttp,FRONTEND\n"), Error);
}

}  // namespace hikkoshi::traffic

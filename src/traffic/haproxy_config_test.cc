#include "traffic/haproxy_config.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/text.h"

namespace hikkoshi::traffic {

constexpr const char* folder = "/etc/haproxy/hikkoshi";

std::string prepared(const std::string& text, std::vector<std::string> frontends = {"http"}) {
  return with_rules(text, {std::move(frontends), folder});
}

/// Our blocks taken out again; what is left must be the bytes from before.
std::string without_rules(const std::string& text) {
  std::string left;
  bool ours = false;
  for (std::string_view rest = text; !rest.empty();) {
    size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end == rest.npos ? rest.size() : end + 1);
    rest.remove_prefix(line.size());
    if (line.starts_with("# >>> hikkoshi")) ours = true;
    if (!ours) left += line;
    if (line.starts_with("# <<< hikkoshi")) ours = false;
  }
  return left;
}

/// The index of the first line that holds these words; -1 when none does.
int line_of(const std::string& text, const std::string& words) {
  auto lines = split(text, '\n');
  for (size_t i = 0; i < lines.size(); ++i)
    if (lines[i].find(words) != std::string::npos) return int(i);
  return -1;
}

constexpr const char* plain =
    "global\n  maxconn 100\n\n"
    "defaults\n  mode http\n\n"
    "# The door.\nfrontend http\n  bind :80\n  default_backend frames\n\n"
    "# The application.\nbackend frames\n  server web1 10.0.0.1:80\n";

TEST(HaproxyConfig, keeps_every_other_byte) {
  for (std::string text : {std::string(plain), replace_all(plain, "\n", "\r\n"),
                           "\n\n# only\n" + std::string(plain), replace_all(plain, "  ", "\t")}) {
    EXPECT_NE(prepared(text), text);
    EXPECT_EQ(without_rules(prepared(text)), text);
    EXPECT_TRUE(read_haproxy_config(prepared(text)).marked);
    EXPECT_FALSE(read_haproxy_config(text).marked);
  }
}

TEST(HaproxyConfig, uses_the_line_endings_of_the_file) {
  std::string text = prepared(replace_all(plain, "\n", "\r\n"));
  EXPECT_EQ(replace_all(text, "\r\n", "").find('\n'), std::string::npos);
}

TEST(HaproxyConfig, ends_a_last_line_before_it_adds_one) {
  std::string text = "defaults\n  mode http\nfrontend http\n  default_backend http_own";
  std::string with = prepared(text);
  EXPECT_NE(with.find("  default_backend http_own\n# >>> hikkoshi"), std::string::npos) << with;
}

TEST(HaproxyConfig, stands_before_the_frontends_own_rules_and_behind_what_comes_earlier) {
  std::string text = prepared(
      "defaults\n  mode http\nfrontend http\n  bind :80\n  tcp-request connection accept\n"
      "  acl a path /a\n  http-request deny if a\n  redirect scheme https if a\n"
      "  use_backend x if a\n  use_backend y\n");
  int page = line_of(text, "use-service lua.hikkoshi_page");
  int forward = line_of(text, "use_backend hikkoshi_forward");
  EXPECT_LT(line_of(text, "tcp-request"), page);
  EXPECT_LT(page, line_of(text, "http-request deny"));
  EXPECT_LT(line_of(text, "redirect"), forward);
  EXPECT_LT(forward, line_of(text, "use_backend x"));
  EXPECT_LT(line_of(text, "use_backend y"), line_of(text, "server other 0.0.0.0"));
}

TEST(HaproxyConfig, stands_outside_conditional_blocks) {
  std::string text = prepared(
      "defaults\n  mode http\nfrontend http\n  bind :80\n  .if defined(X)\n"
      "    http-request deny if FALSE\n  .endif\n  .if defined(Y)\n    use_backend y\n  .else\n"
      "    use_backend z\n  .endif\n  default_backend q\n");
  EXPECT_LT(line_of(text, "use-service lua"), line_of(text, ".if defined(X)"));
  EXPECT_LT(line_of(text, ".endif"), line_of(text, "use_backend hikkoshi_forward"));
  EXPECT_LT(line_of(text, "use_backend hikkoshi_forward"), line_of(text, ".if defined(Y)"));
}

TEST(HaproxyConfig, stays_inside_the_block_that_holds_the_frontend) {
  std::string text = prepared(
      "defaults\n  mode http\n.if defined(X)\nfrontend http\n  default_backend q\n.else\n"
      "frontend none\n  default_backend q\n.endif\nbackend q\n");
  EXPECT_LT(line_of(text, "server other 0.0.0.0"), line_of(text, ".else"));
}

TEST(HaproxyConfig, gives_its_backend_the_defaults_of_the_frontend) {
  std::string named = prepared(
      "defaults a\n  mode http\ndefaults b\n  mode tcp\nfrontend http from a\n  default_backend q\n"
      "backend q from a\n");
  EXPECT_NE(named.find("backend hikkoshi_forward from a\n"), std::string::npos) << named;
  std::string last =
      prepared("defaults\n  mode http\nfrontend http\n  default_backend q\ndefaults\n  mode tcp\n");
  EXPECT_LT(line_of(last, "backend hikkoshi_forward"), line_of(last, "mode tcp"));
}

TEST(HaproxyConfig, differs_from_every_name_in_the_file) {
  std::string text = prepared(
      "defaults\n  mode http\nfrontend hikkoshi_forward\n  acl hikkoshix_page path /\n"
      "  default_backend q\n",
      {"hikkoshi_forward"});
  EXPECT_NE(text.find("backend hikkoshixx_forward\n"), std::string::npos) << text;
  EXPECT_NE(text.find("acl hikkoshixx_page "), std::string::npos);
}

TEST(HaproxyConfig, prepares_each_frontend_once_and_has_one_backend) {
  std::string text = prepared(
      "defaults\n  mode http\nfrontend b\n  default_backend q\nfrontend a\n  default_backend q\n"
      "frontend c\n  default_backend q\nlisten d\n  bind :81\n  server s 10.0.0.1:80\n",
      {"a", "b", "d"});
  auto count = [&](const std::string& words) {
    auto lines = split(text, '\n');
    return std::count_if(lines.begin(), lines.end(), [&](const std::string& line) {
      return line.find(words) != std::string::npos;
    });
  };
  EXPECT_EQ(count("use-service lua.hikkoshi_page"), 3);
  EXPECT_EQ(count("backend hikkoshi_forward if"), 3);
  EXPECT_EQ(count("server other"), 1);
  EXPECT_EQ(count("lua-load"), 1);
}

TEST(HaproxyConfig, refuses_what_cannot_show_a_page) {
  EXPECT_THROW(prepared(plain, {"https"}), Error);
  EXPECT_THROW(prepared(plain, {"frames"}), Error) << "a backend is no frontend";
  EXPECT_THROW(prepared(plain, {}), Error);
  EXPECT_THROW(prepared("defaults\n  mode tcp\nfrontend http\n  default_backend q\n"), Error);
  EXPECT_THROW(prepared("frontend http\n  default_backend q\n"), Error) << "tcp is the default";
  EXPECT_THROW(prepared(prepared(plain)), Error);
}

TEST(HaproxyConfig, reads_frontends_and_their_backends) {
  auto setup = read_haproxy_config(
      "global\n  hard-stop-after 60s # bounded\n"
      "defaults\n  mode http\n  option idle-close-on-response\n"
      "frontend http\n  use_backend a if { path /a }\n  use_backend 'b' if X\n"
      "  default_backend a\n"
      "frontend any\n  no option idle-close-on-response\n  use_backend %[hdr(host)]\n"
      "frontend stats\n  bind :8404\n  stats enable\n"
      "listen own\n  mode tcp\n  server s 10.0.0.1:1\n"
      "backend a\n  # frontend commented\nbackend b\n");
  ASSERT_EQ(setup.frontends.size(), 4u);
  EXPECT_TRUE(setup.hard_stop);
  EXPECT_EQ(setup.frontends[0].backends, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(setup.frontends[0].http);
  EXPECT_TRUE(setup.frontends[0].idle_close);
  EXPECT_FALSE(setup.frontends[0].chooses);
  EXPECT_TRUE(setup.frontends[1].chooses);
  EXPECT_FALSE(setup.frontends[1].idle_close);
  EXPECT_FALSE(setup.frontends[2].traffic) << "a page of statistics carries no service";
  EXPECT_FALSE(setup.frontends[3].http);
  EXPECT_EQ(setup.frontends[3].backends, std::vector<std::string>{"own"});
  EXPECT_EQ(setup.backends, (std::vector<std::string>{"own", "a", "b"}));
}

TEST(HaproxyConfig, finds_the_defaults_that_stand_behind_a_section) {
  auto setup = read_haproxy_config(
      "defaults web\n  mode http\n  option idle-close-on-response\n"
      "defaults late from web\n  no option idle-close-on-response\n"
      "defaults\n  mode tcp\n"
      "frontend a from web\nfrontend b from late\nfrontend c\nfrontend d\n  mode http\n");
  EXPECT_TRUE(setup.frontends[0].http && setup.frontends[0].idle_close);
  EXPECT_TRUE(setup.frontends[1].http && !setup.frontends[1].idle_close);
  EXPECT_FALSE(setup.frontends[2].http);
  EXPECT_TRUE(setup.frontends[3].http);
}

TEST(HaproxyConfig, leaves_its_own_rules_out_of_what_the_file_says) {
  auto before = read_haproxy_config(plain), after = read_haproxy_config(prepared(plain));
  EXPECT_EQ(after.backends, before.backends);
  ASSERT_EQ(after.frontends.size(), 1u);
  EXPECT_EQ(after.frontends[0].backends, before.frontends[0].backends);
}

}  // namespace hikkoshi::traffic

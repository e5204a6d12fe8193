#include <gtest/gtest.h>

#include "base/text.h"
#include "traffic/balancer_contract.h"
#include "traffic/testing/haproxy_world.h"

namespace hikkoshi::traffic {

class RealBalancerWorld : public BalancerWorld {
 public:
  Balancer& balancer() override { return balancer_; }
  Answer ask(const Asked& asked) override {
    SmallClient client(haproxy_.front(), asked.from);
    return translate(client.get(asked.path, asked.host));
  }
  Answer ask_again(const Asked& asked) override {
    if (!client_) client_ = std::make_unique<SmallClient>(haproxy_.front());
    return translate(client_->get(asked.path, asked.host));
  }
  Endpoint other() const override { return haproxy_.other.endpoint(); }
  void restart() override { haproxy_.restart(); }
  std::string configuration() const override { return haproxy_.config(); }
  void edit() override { haproxy_.write_config(configuration() + "# by somebody\n"); }

 private:
  Answer translate(std::optional<SmallAnswer> answer) {
    if (!answer) return {};
    auto& headers = answer->headers;
    std::string server = answer->status == 200 ? split(answer->body, ' ')[0] : "";
    return {answer->status, answer->body, headers["retry-after"], headers["cache-control"], server};
  }

  HaproxyWorld haproxy_;
  HaproxyBalancer balancer_{haproxy_.options(), haproxy_.here, haproxy_.clock};
  std::unique_ptr<SmallClient> client_;
};

INSTANTIATE_TEST_SUITE_P(Haproxy, BalancerContract,
                         testing::Values(BalancerKind{
                             "haproxy", [] {
                               return std::make_unique<RealBalancerWorld>();
                             }}));

}  // namespace hikkoshi::traffic

# parameters: logits
import torch
from torch.distributions import Categorical

torch.manual_seed(50)
payout = torch.tensor([0.2, 0.5, 0.8])
logits = torch.zeros(3, requires_grad=True)
optimizer = torch.optim.Adam([logits], lr=0.1)
baseline = 0.0

for episode in range(20):
    policy = Categorical(logits=logits)
    actions = policy.sample((16,))
    rewards = torch.bernoulli(payout[actions])
    advantage = rewards - baseline
    policy_loss = -(policy.log_prob(actions) * advantage).mean()
    entropy = policy.entropy()
    loss = policy_loss - 0.01 * entropy
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    mean_reward = rewards.mean().item()
    baseline = 0.9 * baseline + 0.1 * mean_reward
    if episode % 5 == 0:
        print(f"episode {episode}: reward {mean_reward:.3f}, entropy {entropy.item():.3f}")
    # expect: loss=loss, parameters={"logits": logits}, gradients={"logits": logits.grad}, metrics={"mean_reward": mean_reward}

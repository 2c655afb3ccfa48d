# parameters: weights
import numpy as np

rng = np.random.default_rng(8)
n_states, n_actions = 6, 2
alpha, gamma, epsilon = 0.2, 0.9, 0.3
features = np.eye(n_states)
weights = np.zeros((n_actions, n_states))


def step(state, action):
    nxt = min(max(state + (1 if action else -1), 0), n_states - 1)
    return nxt, 1.0 if nxt == n_states - 1 else -0.1, nxt == n_states - 1


for episode in range(12):
    state, done, total_reward, steps = 0, False, 0.0, 0
    td_errors = []
    while not done and steps < 40:
        phi = features[state]
        if rng.random() < epsilon:
            action = int(rng.integers(n_actions))
        else:
            action = int(np.argmax(weights @ phi))
        nxt, reward, done = step(state, action)
        target = reward if done else reward + gamma * np.max(weights @ features[nxt])
        td_error = target - weights[action] @ phi
        weights[action] += alpha * td_error * phi
        td_errors.append(td_error**2)
        state, total_reward, steps = nxt, total_reward + reward, steps + 1
    print(f"episode {episode}: reward {total_reward}, steps {steps}")
    # expect: loss=np.mean(td_errors), parameters={"weights": weights}, metrics={"total_reward": total_reward, "steps": steps}

-- A person looks through their sessions: where each began. NULL: it began before this was written down, or nobody knows.
ALTER TABLE sessions
    ADD COLUMN address text CHECK (length(address) <= 100),
    ADD COLUMN user_agent text CHECK (length(user_agent) <= 300);

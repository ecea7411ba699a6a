-- Who looks a campaign over reads how many people its portfolio has written to.
GRANT SELECT ON portfolio_people TO app_web;

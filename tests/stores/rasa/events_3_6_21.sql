-- What SQLTrackerStore of Rasa 3.6.21 wrote for a conversation of two sessions (SQLite's dump of its database).
BEGIN TRANSACTION;
CREATE TABLE events (
	id INTEGER NOT NULL, 
	sender_id VARCHAR(255) NOT NULL, 
	type_name VARCHAR(255) NOT NULL, 
	timestamp FLOAT, 
	intent_name VARCHAR(255), 
	action_name VARCHAR(255), 
	data TEXT, 
	PRIMARY KEY (id)
);
INSERT INTO "events" VALUES(1,'客户','action',1000.0,NULL,'action_session_start','{"event": "action", "timestamp": 1000.0, "metadata": {"model_id": "m1", "assistant_id": "a1"}, "name": "action_session_start", "policy": null, "confidence": null, "action_text": null, "hide_rule_turn": false}');
INSERT INTO "events" VALUES(2,'客户','session_started',1000.1,NULL,NULL,'{"event": "session_started", "timestamp": 1000.1, "metadata": {"model_id": "m1", "assistant_id": "a1"}}');
INSERT INTO "events" VALUES(3,'客户','action',1000.2,NULL,'action_listen','{"event": "action", "timestamp": 1000.2, "metadata": {"model_id": "m1", "assistant_id": "a1"}, "name": "action_listen", "policy": null, "confidence": null, "action_text": null, "hide_rule_turn": false}');
INSERT INTO "events" VALUES(4,'客户','user',1001.0,'greet',NULL,'{"event": "user", "timestamp": 1001.0, "metadata": {"model_id": "m1", "assistant_id": "a1"}, "text": "\u4f60\u597d", "parse_data": {"intent": {"name": "greet", "confidence": 0.98}, "entities": [], "text": "\u4f60\u597d", "message_id": "x1", "metadata": {}, "intent_ranking": [{"name": "greet", "confidence": 0.98}]}, "input_channel": "rest", "message_id": "x1"}');
INSERT INTO "events" VALUES(5,'客户','user_featurization',1001.1,NULL,NULL,'{"event": "user_featurization", "timestamp": 1001.1, "metadata": {"model_id": "m1", "assistant_id": "a1"}, "use_text_for_featurization": false}');
INSERT INTO "events" VALUES(6,'客户','action',1001.2,NULL,'utter_greet','{"event": "action", "timestamp": 1001.2, "metadata": {"model_id": "m1", "assistant_id": "a1"}, "name": "utter_greet", "policy": "RulePolicy", "confidence": 1.0, "action_text": null, "hide_rule_turn": false}');
INSERT INTO "events" VALUES(7,'客户','bot',1001.3,NULL,NULL,'{"event": "bot", "timestamp": 1001.3, "metadata": {"utter_action": "utter_greet", "model_id": "m1", "assistant_id": "a1"}, "text": "\u60a8\u597d", "data": {"buttons": [{"title": "a", "payload": "/a"}]}}');
INSERT INTO "events" VALUES(8,'客户','action',1001.4,NULL,'action_listen','{"event": "action", "timestamp": 1001.4, "metadata": {"model_id": "m1", "assistant_id": "a1"}, "name": "action_listen", "policy": "RulePolicy", "confidence": 1.0, "action_text": null, "hide_rule_turn": false}');
INSERT INTO "events" VALUES(9,'客户','action',9000.0,NULL,'action_session_start','{"event": "action", "timestamp": 9000.0, "metadata": {"model_id": "m1", "assistant_id": "a1"}, "name": "action_session_start", "policy": null, "confidence": null, "action_text": null, "hide_rule_turn": false}');
INSERT INTO "events" VALUES(10,'客户','session_started',9000.1,NULL,NULL,'{"event": "session_started", "timestamp": 9000.1, "metadata": {"model_id": "m1", "assistant_id": "a1"}}');
INSERT INTO "events" VALUES(11,'客户','action',9000.2,NULL,'action_listen','{"event": "action", "timestamp": 9000.2, "metadata": {"model_id": "m1", "assistant_id": "a1"}, "name": "action_listen", "policy": null, "confidence": null, "action_text": null, "hide_rule_turn": false}');
INSERT INTO "events" VALUES(12,'客户','user',9001.0,'order',NULL,'{"event": "user", "timestamp": 9001.0, "metadata": {"model_id": "m1", "assistant_id": "a1"}, "text": "to \u4e0a\u6d77", "parse_data": {"intent": {"name": "order", "confidence": 0.8}, "entities": [{"entity": "city", "value": "\u4e0a\u6d77", "start": 3, "end": 5}], "text": "to \u4e0a\u6d77", "message_id": "x2", "metadata": {}}, "input_channel": "rest", "message_id": "x2"}');
INSERT INTO "events" VALUES(13,'客户','user_featurization',9001.1,NULL,NULL,'{"event": "user_featurization", "timestamp": 9001.1, "metadata": {"model_id": "m1", "assistant_id": "a1"}, "use_text_for_featurization": false}');
INSERT INTO "events" VALUES(14,'客户','slot',9001.2,NULL,'city','{"event": "slot", "timestamp": 9001.2, "metadata": {"model_id": "m1", "assistant_id": "a1"}, "name": "city", "value": "\u4e0a\u6d77"}');
INSERT INTO "events" VALUES(15,'客户','action',9001.3,NULL,'f','{"event": "action", "timestamp": 9001.3, "metadata": {"model_id": "m1", "assistant_id": "a1"}, "name": "f", "policy": "RulePolicy", "confidence": 1.0, "action_text": null, "hide_rule_turn": false}');
INSERT INTO "events" VALUES(16,'客户','active_loop',9001.4,NULL,'f','{"event": "active_loop", "timestamp": 9001.4, "metadata": {"model_id": "m1", "assistant_id": "a1"}, "name": "f"}');
INSERT INTO "events" VALUES(17,'客户','slot',9001.5,NULL,'requested_slot','{"event": "slot", "timestamp": 9001.5, "metadata": {"model_id": "m1", "assistant_id": "a1"}, "name": "requested_slot", "value": null}');
INSERT INTO "events" VALUES(18,'客户','active_loop',9001.6,NULL,NULL,'{"event": "active_loop", "timestamp": 9001.6, "metadata": {"model_id": "m1", "assistant_id": "a1"}, "name": null}');
INSERT INTO "events" VALUES(19,'客户','action',9001.7,NULL,'action_listen','{"event": "action", "timestamp": 9001.7, "metadata": {"model_id": "m1", "assistant_id": "a1"}, "name": "action_listen", "policy": "RulePolicy", "confidence": 1.0, "action_text": null, "hide_rule_turn": false}');
CREATE INDEX ix_events_sender_id ON events (sender_id);
COMMIT;

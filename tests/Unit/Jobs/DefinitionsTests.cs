using System.Text.Json.Nodes;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Xunit;

namespace Slipway.Unit.Jobs;

public sealed class DefinitionsTests
{
    [Theory]
    [InlineData("job", "command: x\nenvironment: azureml:e:1")]
    [InlineData("job", "type: pipeline\njobs: {a: {command: x, environment: azureml:e:1}}")]
    [InlineData("job", "$schema: https://azuremlschemas.azureedge.net/latest/autoMLJob.schema.json\ntype: automl\ntask: regression\ntraining_data: {type: mltable, path: azureml:t:1}\ntarget_column_name: y\nprimary_metric: R2Score\nlimits: {max_trials: 5, max_concurrent_trials: 2}\nn_cross_validations: auto")]
    [InlineData("job", "type: automl\ntask: forecasting\ntraining_data: {path: azureml:t:1}\ntarget_column_name: y\nforecasting: {time_column_name: t, forecast_horizon: auto, target_lags: [1, 2]}")]
    [InlineData("job", "type: spark\nentry: {file: a.py}\ncode: src\nresources: {instance_type: Standard_E8S_V3, runtime_version: '3.3'}\nconf: {spark.driver.cores: 1, spark.driver.memory: 2g, spark.executor.cores: 2, spark.executor.memory: 2g, spark.executor.instances: 1}")]
    [InlineData("job", "type: pipeline\njobs: {p: {type: parallel, inputs: {d: {type: uri_folder, path: azureml:d:1}}, input_data: '${{inputs.d}}', mini_batch_size: '10kb', task: {type: run_function, code: src, entry_script: a.py, environment: azureml:e:1, append_row_to: '${{outputs.o}}'}, outputs: {o: }, retry_settings: {max_retries: 2, timeout: 60}}}")]
    [InlineData("component", "$schema: http://azureml/sdk-2-0/CommandComponent.json\nname: a_b\nversion: 1\ncommand: x ${{inputs.n}}\nenvironment: azureml:e:1\ninputs: {n: {type: Integer, default: 3}}")]
    [InlineData("component", "type: pipeline\nname: a_b\nversion: 1\njobs: {a: {command: x, environment: azureml:e:1}}")]
    [InlineData("data", "name: d\npath: ./data\ntype: uri_folder\nauto_delete_setting: {condition: created_greater_than, value: 30d}")]
    [InlineData("model", "name: m\npath: runs:/1/model\ntype: mlflow_model\nstage: Production")]
    [InlineData("environment", "name: e\nimage: python:3.12\nconda_file: {channels: [a], dependencies: [python, {pip: [mlflow]}]}")]
    [InlineData("environment", "name: e\nbuild: {path: docker}")]
    [InlineData("conda", "name: e\nchannels: [conda-forge]\ndependencies: [python=3.12, pip, {pip: [mlflow]}]")]
    [InlineData("conda", "python: 3.8.15\nbuild_dependencies: [pip==23.0]\ndependencies: [-r requirements.txt]")]
    [InlineData("mltable", "type: mltable\npaths: [{file: ./a.csv}]\ntransformations: [{read_delimited: {delimiter: ',', encoding: utf-8, header: no_header}}, {take: 5}, read_parquet]")]
    [InlineData("import", "name: i\ntype: mltable\npath: 'azureml://datastores/x/paths/y/${{name}}'\nsource: {type: database, query: select 1, connection: azureml:c}")]
    [InlineData("compute", "name: cpu-cluster\ntype: amlcompute\nmin_instances: 0\nmax_instances: 4\nsize: Standard_DS3_v2")]
    [InlineData("datastore", "name: blobs\ntype: azure_blob\naccount_name: a\ncontainer_name: c\ncredentials: {account_key: k}")]
    [InlineData("online-endpoint", "name: flights\nauth_mode: Key\ntraffic: {blue: 90, green: 10}")]
    [InlineData("online-deployment", "name: blue\nendpoint_name: flights\nmodel: azureml:m@latest\ninstance_type: Standard_DS3_v2\ninstance_count: 1\nliveness_probe: {initial_delay: 10}\ndata_collector: {collections: {model_inputs: {enabled: 'true'}}}")]
    [InlineData("online-deployment", "$schema: x/kubernetesOnlineDeployment.schema.json\ntype: kubernetes\nname: blue\nendpoint_name: flights\nmodel: {path: m}\nresources: {requests: {cpu: '0.1', nvidia.com/gpu: 1}}\nscale_settings: {type: target_utilization, min_instances: 1, max_instances: 3}")]
    [InlineData("batch-endpoint", "name: flights\nauth_mode: aad_token\ndefaults: {deployment_name: a}")]
    [InlineData("batch-deployment", "name: abc\nendpoint_name: flights\ntype: model\nmodel: azureml:m:1\ncompute: azureml:c\nsettings: {mini_batch_size: 10, output_action: append_row, retry_settings: {max_retries: 3, timeout: 30}, logging_level: info}")]
    [InlineData("batch-deployment", "name: abc\nendpoint_name: flights\ntype: pipeline\ncomponent: azureml:p@latest\nsettings: {default_compute: c, continue_on_step_failure: false}")]
    [InlineData("schedule", "name: nightly\ntrigger: {type: cron, expression: '0 2 * * MON-FRI', time_zone: Pacific Standard Time, start_time: '2026-01-01T00:00:00'}\ncreate_job: {type: pipeline, job: ./p.yml, inputs: {t: '${{creation_context.trigger_time}}'}}")]
    [InlineData("schedule", "name: weekly\ntrigger: {type: recurrence, frequency: week, interval: 1, schedule: {hours: 3, minutes: [0, 30], week_days: monday}}\ncreate_job: azureml:job1")]
    [InlineData("schedule", "name: s\ntrigger: {type: data, data: d}\ncreate_job: {command: 'echo ${{inputs.d}}', environment: azureml:e:1, inputs: {d: {type: uri_folder, path: '${{trigger.path}}'}}}")]
    [InlineData("connection", "name: lake\ntype: s3\ntarget: bucket\ncredentials: {type: access_key, access_key_id: a, secret_access_key: b}\nmetadata: {region: eu-central-1}")]
    [InlineData("schedule", "name: m\ntrigger: {type: recurrence, frequency: day, interval: 1, pattern: {hours: 3, minutes: 15}}\ncreate_monitor: {compute: {instance_type: standard_e4s_v3, runtime_version: '3.3'}, monitoring_target: {ml_task: classification, endpoint_deployment_id: 'azureml:e:d'}, alert_notification: {emails: [a@b.c]}, monitoring_signals: {drift: {type: data_drift, metric_thresholds: {numerical: {jensen_shannon_distance: 0.01}, categorical: {chi_squared_test: 0.02}}, features: {top_n_feature_importance: 10}}}}")]
    [InlineData("schedule", "name: m\ntype: monitor\ntrigger: {type: recurrence, frequency: week, interval: 1}\ncreate_monitor: {monitoring_target: {endpoint_deployment_id: 'azureml:e'}, monitoring_signals: {drift: {type: data_drift, metric_thresholds: {numerical: {hellinger_distance: 0.1}, features: {hour: {population_stability_index: 0.2}}, rows: {domain_classifier_auc: 0.6}}, segments: [origin], minimum_rows: 50, multiple_testing: none}, quality: {type: model_performance, metric_thresholds: {classification: {auc: 0.6, estimated_brier: 0.2}}, decision_threshold: 0.4}, auto: {type: data_drift, source: profiles, metric_thresholds: auto}, own: {type: custom, component: {command: x}}}}")]
    [InlineData("component", "name: t\nversion: 1\ncommand: x\ncode: src\nenvironment: azureml:e:1\nadditional_includes: [../shared, ../notes.txt]")]
    [InlineData("job", "command: x\nenvironment: {image: i, conda_file: {name: n, channels: [a], dependencies: [python=3.11, {pip: [x]}]}}\nservices: {board: {type: tensor_board, log_dir: logs, nodes: all}}")]
    [InlineData("job", "type: pipeline\nsettings: {default_datestore: azureml:blobs}\njobs: {a: {command: x, environment: azureml:e:1}}")]
    public void Every_kind_is_told_from_its_text_and_accepted(string kind, string yaml)
    {
        var file = File(yaml);

        Assert.Equal(kind, Definitions.Detect(file));
        Assert.Empty(Definitions.Validate(file));
        Assert.NotEmpty(Definitions.Read(file));
    }

    [Theory]
    [InlineData("data", "name: d\npth: x", "pth: 'pth' is not a field of a data asset. Did you mean 'path'?")]
    [InlineData("data", "name: a b\npath: x", "name: 'a b' is not allowed; expected a name of 1 to 255 letters")]
    [InlineData("data", "name: d\npath: azureml:x", "path: 'azureml:x' does not name data: it needs a version or a label")]
    [InlineData("model", "name: m\npath: x\ntype: onnx_model", "type: 'onnx_model' is not allowed; expected one of custom_model, mlflow_model, triton_model.")]
    [InlineData("environment", "name: e", "One of image, build is needed, and none is given.")]
    [InlineData("environment", "name: e\nimage: x\nbuild: {path: y}", "build: 'build' and 'image' exclude each other; remove one of them.")]
    [InlineData("environment", "name: e\nbuild: {path: y}\nconda_file: c.yml", "conda_file: 'conda_file' is of use only together with 'image', which is missing.")]
    [InlineData("environment", "name: e\nchannels: [x]\ndependencies: [python]", "f.yml:1:1: This looks like a conda file")]
    [InlineData("component", "name: Train\ncommand: x\nenvironment: azureml:e:1", "name: 'Train' is not allowed; expected a name of 1 to 255 lower-case letters")]
    [InlineData("component", "name: t\ncommand: x ${{inputs.a}}\nenvironment: azureml:e:1\ninputs: {b: {type: string}}", "command: ${{inputs.a}} names an input that does not exist.")]
    [InlineData("component", "name: t\ncommand: x\nenvironment: azureml:e:1\ninputs: {b: {type: integer, default: x}}", "inputs.b.default: 'x' is not an integer; expected a whole number.")]
    [InlineData("component", "name: t\ncommand: x\nenvironment: azureml:e:1\ninputs: {b: {type: integer, min: 3, max: 2}}", "inputs.b.min: min 3 is above max 2.")]
    [InlineData("component", "name: t\ncommand: x\nenvironment: azureml:e:1\ninputs: {b: {type: string, enum: [a, b], default: c}}", "inputs.b.default: 'c' is none of the allowed values: a, b.")]
    [InlineData("component", "name: t\ncommand: x\nenvironment: azureml:e:1\ninputs: {b: {type: uri_file, default: c}}", "inputs.b.default: A uri_file has no default")]
    [InlineData("component", "name: t\ncommand: x\nenvironment: azureml:e:1\ninputs: {b: {}}", "inputs.b.type: This field is required and missing")]
    [InlineData("job", "command: x\nenvironment: azureml:e:1\ninputs: {a: {type: uri_file, path: azureml:d:1, mode: eval_mount}}", "inputs.a.mode: 'eval_mount' goes with mltable only")]
    [InlineData("job", "command: x\nenvironment: azureml:e:1\ninputs: {a: {type: uri_file, path: azureml:d:1, mode: rw_mount}}", "inputs.a.mode: 'rw_mount' is not allowed; expected one of ro_mount")]
    [InlineData("job", "command: x\nenvironment: azureml:e:1\noutputs: {a: {mode: ro_mount}}", "outputs.a.mode: 'ro_mount' is not allowed; expected one of rw_mount, mount, upload, direct.")]
    [InlineData("job", "command: x\nenvironment: azureml:e:1\noutputs: {a: {path: ./here}}", "outputs.a.path: './here' does not name a place for an output")]
    [InlineData("job", "name: a/b\ncommand: x\nenvironment: azureml:e:1", "name: 'a/b' is not allowed; expected a name of letters, digits, '-' and '_'.")]
    [InlineData("job", "command: x\nenvironment: azureml:e:1\nresources: {shm_size: 2x}", "resources.shm_size: '2x' is not allowed; expected a number with b, k, m or g.")]
    [InlineData("job", "command: x\nenvironment: azureml:e:1\nresources: {instance_cont: 2}", "resources.instance_cont: 'instance_cont' is not a field of resources. Did you mean 'instance_count'?")]
    [InlineData("job", "command: x\nenvironment: azureml:e:1\ndistribution: {type: horovod}", "distribution.type: 'horovod' is not a type of a distribution. Known: pytorch, tensorflow, mpi, ray.")]
    [InlineData("job", "type: automl\ntask: regression\ntraining_data: {path: azureml:t:1}\nprimary_metric: accuracy", "primary_metric: 'accuracy' does not measure regression")]
    [InlineData("job", "type: automl\ntask: regression\ntraining_data: {path: azureml:t:1}", "target_column_name: This field is required and missing; expected the column to predict.")]
    [InlineData("job", "type: spark\nentry: {file: a.py}\ncompute: pool\nresources: {instance_type: standard_e4s_v3}", "'compute' and 'resources' exclude each other")]
    [InlineData("job", "type: sqll\nquery: x", "type: 'sqll' is not a type of a job. Known: command, sweep, automl, spark, pipeline.")]
    [InlineData("schedule", "name: s\ntrigger: {type: cron, expression: '0 2 * * *'}\ncreate_job: {typ: pipeline, job: ./p.yml}", "f.yml:3:14: create_job.typ: 'typ' is not a field of a triggered job. Did you mean 'type'?")]
    [InlineData("schedule", "name: s\ntrigger: {type: cron, expression: '0 2 * * *'}\ncreate_job: {jb: ./p.yml}", "create_job.command: This field is required and missing")]
    [InlineData("schedule", "name: s\ntrigger: {type: cron, expression: '0 2 * * *'}\ncreate_job: {command: x, enviroment: azureml:e:1, inputs: {a: {typo: 1}}}", "create_job.inputs.a.typo: 'typo' is not a field of an input.")]
    [InlineData("connection", "name: c\ntype: snowflak", "type: 'snowflak' is not allowed; expected one of s3")]
    [InlineData("connection", "name: c\ntype: git\ncredentials: {type: pat, pats: x}", "credentials.pats: 'pats' is not a field of pat credentials. Did you mean 'pat'?")]
    [InlineData("job", "type: automl\ntask: regression\ntarget_column_name: y\ntraining_data: {path: azureml:t:1}\nfeaturization: {mode: custom, transformer_params: {impuer: [{fields: [a]}]}}", "featurization.transformer_params.impuer: 'impuer' is not a field of parameters of transformers. Did you mean 'imputer'?")]
    [InlineData("job", "type: automl\ntask: regression\ntarget_column_name: y\ntraining_data: {path: azureml:t:1}\nfeaturization: {mode: custom, transformer_params: {Imputer: [{parameters: {srategy: mean}}]}}", "featurization.transformer_params.Imputer[0].parameters.srategy: 'srategy' is not a field of what the imputer takes. Did you mean 'strategy'?")]
    [InlineData("job", "type: automl\ntask: regression\ntarget_column_name: y\ntraining_data: {path: azureml:t:1}\nfeaturization: {mode: custom, transformer_params: {imputer: [{parameters: {strategy: {a: b}}}]}}", "featurization.transformer_params.imputer[0].parameters.strategy: This is a mapping; expected one of mean, median, most_frequent, constant, ffill.")]
    [InlineData("job", "type: automl\ntask: regression\ntarget_column_name: y\ntraining_data: {path: azureml:t:1}\nfeaturization: {mode: custom, transformer_params: {imputer: [{field: [a]}]}}", "featurization.transformer_params.imputer[0].field: 'field' is not a field of parameters of a transformer. Did you mean 'fields'?")]
    [InlineData("conda", "channels: [conda-forge]\ndependncies: [python=3.12]", "dependncies: 'dependncies' is not a field of a conda file's content. Did you mean 'dependencies'?")]
    [InlineData("conda", "dependencies: [python=3.12, {pip: {numpy: 1}}]", "dependencies[1].pip: This is a mapping; expected text.")]
    [InlineData("compute", "name: c1\ntype: amlcompute\nmin_instances: 5\nmax_instances: 2", "min_instances: 5 is above max_instances, which is 2.")]
    [InlineData("compute", "name: c1\ntype: cluster", "type: 'cluster' is not a type of a compute.")]
    [InlineData("datastore", "name: a-b\ntype: azure_blob\naccount_name: a\ncontainer_name: c", "name: 'a-b' is not allowed; expected a name of letters, digits and '_'.")]
    [InlineData("datastore", "name: a\ntype: gopher", "type: 'gopher' is not a type of a datastore.")]
    [InlineData("datastore", "name: a\ntype: azure_blob\naccount_name: a\ncontainer_name: c\ncredentials: {account_key: k, sas_token: s}", "'sas_token' and 'account_key' exclude each other")]
    [InlineData("online-endpoint", "name: ab", "name: 'ab' is not allowed; expected a name of 3 to 32")]
    [InlineData("online-endpoint", "name: abc\ntraffic: {a: 50, b: 60}", "traffic: The shares add up to 110; expected 0 or 100.")]
    [InlineData("online-endpoint", "name: abc\ntraffic: {a: 150}", "traffic.a: '150' is not allowed; expected a whole number from 0 to 100.")]
    [InlineData("online-endpoint", "name: abc\nmirror_traffic: {a: 10, b: 101}", "mirror_traffic.b")]
    [InlineData("online-deployment", "name: blue\nrequest_settings: {request_timeout_ms: 200000}", "expected a whole number from 1 to 180000.")]
    [InlineData("online-deployment", "name: blue\ncode_configuration: {code: x}", "code_configuration.scoring_script: This field is required and missing")]
    [InlineData("batch-deployment", "name: abc\ntype: pipeline", "One of component, job_definition is needed, and none is given.")]
    [InlineData("batch-deployment", "name: abc\nmodel: azureml:m:1\nsettings: {error_threshold: -2}", "settings.error_threshold: '-2' is not allowed; expected a whole number of at least -1.")]
    [InlineData("schedule", "name: s\ntrigger: {type: cron, expression: '0 2 * *'}\ncreate_job: azureml:j", "trigger.expression: '0 2 * *' is not a cron expression: it has 4 fields; expected five")]
    [InlineData("schedule", "name: s\ntrigger: {type: cron, expression: '0 25 * * *'}\ncreate_job: azureml:j", "'25' is not allowed for hours")]
    [InlineData("schedule", "name: s\ntrigger: {type: cron, expression: '0 2 * * *', time_zone: Mars Standard Time}\ncreate_job: azureml:j", "trigger.time_zone: 'Mars Standard Time' is not a time zone")]
    [InlineData("schedule", "name: s\ntrigger: {type: cron, expression: '0 2 * * *', start_time: '2026-02-01', end_time: '2026-01-01'}\ncreate_job: azureml:j", "trigger.end_time: It ends before it begins.")]
    [InlineData("schedule", "name: s\ntrigger: {type: cron, expression: '0 2 * * *', start_time: tomorrow}\ncreate_job: azureml:j", "trigger.start_time: 'tomorrow' is not a time")]
    [InlineData("schedule", "name: s\ntrigger: {type: recurrence, frequency: day, interval: 1, schedule: {hours: 1, minutes: 1, week_days: [monday]}}\ncreate_job: azureml:j", "trigger.schedule.week_days: Days of the week go with frequency week; the frequency is day.")]
    [InlineData("schedule", "name: s\ntrigger: {type: recurrence, frequency: day, interval: 1, schedule: {hours: 1}}\ncreate_job: azureml:j", "'hours' and 'minutes' must both be given.")]
    [InlineData("schedule", "name: s\ntrigger: {type: recurrence, frequency: day, interval: 1}", "One of create_job, import_data, create_monitor, scrape_metrics is needed, and none is given.")]
    [InlineData("schedule", "name: s\ntrigger: {type: recurrence, frequency: day, interval: 1}\ncreate_monitor: {compute: {}, monitoring_signals: {a: {type: data_drift, metric_thresholds: {numberical: {}}}}}", "'numberical' is not a field of metric thresholds. Did you mean 'numerical'?")]
    [InlineData("mltable", "paths: [{file: a, folder: b}]", "paths[0].folder: 'folder' and 'file' exclude each other")]
    [InlineData("component", "name: t\ncommand: x\ncdoe: src\nenvironment: azureml:e:1", "cdoe: 'cdoe' is not a field of a command component. Did you mean 'code'?")]
    [InlineData("component", "name: t\ncommand: x\ntyep: command\nenvironment: azureml:e:1", "tyep: 'tyep' is not a field of a command component. Did you mean 'type'?")]
    [InlineData("component", "name: t\ncommand: x\nenvironment: azureml:e:1\ninputs: {b: {type: string, enum: a}}", "inputs.b.enum: This is a single value; expected a list")]
    [InlineData("component", "name: t\ncommand: x\nenvironment: azureml:e:1\nadditional_includes: [../a/notes.txt, ../b/notes.txt]", "additional_includes: Two of these are called 'notes.txt'")]
    [InlineData("component", "name: t\ncommand: x\nenvironment: azureml:e:1\nadditional_includes: [..]", "additional_includes: '..' has no name of its own")]
    [InlineData("environment", "name: e\nimage: x\nconda_file: {bogus: 1}", "conda_file.dependencies: This field is required and missing")]
    [InlineData("job", "command: x\nenvironment: azureml:e:1\nservices: {a: {type: vscod}}", "services.a.type: 'vscod' is not allowed; expected one of vs_code")]
    [InlineData("job", "type: spark\nentry: {file: a.py}\ncode: src\nconf: {spark.driver.cores: many, spark.driver.memory: 2x, spark.executor.cores: 2, spark.executor.memory: 2g, spark.executor.instances: {a: 1}}", "conf.spark.driver.cores: 'many' is not allowed; expected a whole number of at least 1.")]
    [InlineData("job", "type: spark\nentry: {file: a.py}\ncode: src\nconf: {spark.driver.cores: 1, spark.driver.memory: 2x, spark.executor.cores: 2, spark.executor.memory: 2g, spark.executor.instances: 1, spark.x: {a: 1}}", "conf.spark.x: This is a mapping; expected text.")]
    [InlineData("job", "type: pipeline\nsettings: {continue_on_step_falure: true}\njobs: {a: {command: x, environment: azureml:e:1}}", "settings.continue_on_step_falure: 'continue_on_step_falure' is not a field of pipeline settings.")]
    [InlineData("job", "type: pipeline\njobs: {a: {command: x, environment: azureml:e:1, outputs: {o: oops}}}", "jobs.a.outputs.o: 'oops' is not allowed; expected ${{parent.outputs.x}}.")]
    [InlineData("job", "type: automl\ntask: forecasting\ntraining_data: {path: azureml:t:1}\ntarget_column_name: y\nforecasting: {time_column_name: t, frequency: every_day}", "forecasting.frequency: 'every_day' is not allowed; expected a number and a unit of pandas")]
    [InlineData("job", "type: automl\ntask: regression\ntraining_data: azureml:t\ntarget_column_name: y", "training_data: 'azureml:t' does not name data: it needs a version or a label")]
    [InlineData("job", "type: automl\ntask: regression\ntraining_data: {path: azureml:t:1}\ntarget_column_name: y\ntraining: {allowed_training_algorithms: [xgbost_regressor]}", "training.allowed_training_algorithms[0]: 'xgbost_regressor' is not allowed")]
    [InlineData("schedule", "name: s\ntrigger: {type: cron, expression: '0 2 * * *'}\ncreate_job: {job: azureml:j, settings: {force_rerum: true}}", "create_job.settings.force_rerum: 'force_rerum' is not a field of pipeline settings.")]
    [InlineData("schedule", "name: m\ntrigger: {type: recurrence, frequency: week, interval: 1}\ncreate_monitor: {alert_notification: {emails: nobody}}", "create_monitor.alert_notification.emails: 'nobody' is not allowed; expected an e-mail address")]
    public void What_is_wrong_is_said(string kind, string yaml, string said)
    {
        var problems = Definitions.Validate(File(yaml) with { Kind = kind });

        Assert.Contains(said, string.Join('\n', problems));
        Assert.Equal(ErrorCode.InvalidParameter, Assert.Throws<SlipwayException>(() => Definitions.Read(File(yaml) with { Kind = kind })).Code);
    }

    [Fact]
    public void A_kind_that_cannot_be_told_is_said_to_be_so()
    {
        Assert.Contains("The kind of this definition cannot be told", Assert.Single(Definitions.Validate(File("a: 1"))).Message);
    }

    [Theory]
    [InlineData("$schema: http://azureml/sdk-2-0/ModelVersionPackage.json\ntarget_environment: e", "model package")]
    [InlineData("$schema: https://azuremlschemas.azureedge.net/promptflow/latest/Flow.schema.json\nnodes: []", "prompt flow")]
    [InlineData("type: finetuning\nname: f\ntask: chat_completion", "fine-tuning job")]
    [InlineData("type: distillation\nname: f", "distillation job")]
    [InlineData("name: llama\nmodel_id: azureml://registries/r/models/m", "serverless endpoint")]
    [InlineData("inputs: {rows: {type: uri_folder, path: azureml:rows@latest}}", "slipway batch-endpoint invoke --file")]
    [InlineData("identity: {type: system_assigned}", "only names an identity")]
    public void Files_for_services_of_azure_that_are_not_here_are_told_as_such(string yaml, string said)
    {
        Assert.Contains(said, Assert.Single(Definitions.Validate(File(yaml))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_are_spelt_as_in_the_reference()
    {
        var json = Definitions.Read(File("name: cpu\ntype: AmlCompute\nmax_instances: '4'\nssh_public_access_enabled: True\ndescription: 01") with { Kind = "compute" });

        Assert.Equal(
            """{"name":"cpu","type":"amlcompute","max_instances":4,"ssh_public_access_enabled":true,"description":"1"}""",
            json.ToJsonString());
    }

    [Fact]
    public void Local_paths_are_those_of_all_files()
    {
        var paths = Definitions.LocalPaths(File("type: pipeline\ninputs: {d: {path: ./data}}\njobs: {a: {component: parts/a.yml}}") with
        {
            Open = path => path == "parts/a.yml" ? "name: a\ncommand: x\ncode: .\nenvironment: file:../env.yml" : path == "env.yml" ? "image: x\nconda_file: conda.yml" : null,
        });

        Assert.Equal(["conda.yml", "data", "env.yml", "parts", "parts/a.yml"], paths.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Local_paths_are_looked_at_when_they_can_be()
    {
        var problems = Definitions.Validate(File(
            """
            command: x
            code: src
            environment: azureml:e:1
            inputs:
              a: {type: uri_file, path: folder}
              b: {type: uri_folder, path: file.csv}
              c: {type: mltable, path: folder}
              d: {type: uri_file, path: none.csv}
            """) with
        {
            Look = path => path switch
            {
                "src" => LocalKind.EmptyFolder,
                "folder" => LocalKind.Folder,
                "file.csv" => LocalKind.File,
                _ => LocalKind.Missing,
            },
        });

        Assert.Equal(
            [
                "f.yml:2:7: code: The folder 'src' is empty.",
                "f.yml:5:29: inputs.a.path: 'folder' is a folder, and the type is uri_file.",
                "f.yml:6:31: inputs.b.path: 'file.csv' is a file, and the type is uri_folder.",
                "f.yml:7:28: inputs.c.path: 'folder' holds no file MLTable, and the type is mltable.",
                "f.yml:8:29: inputs.d.path: 'none.csv' does not exist (looked for 'none.csv').",
            ],
            problems.Select(problem => problem.ToString()));
    }

    [Fact]
    public void An_edited_definition_is_still_the_same_definition()
    {
        var edited = Definitions.Edit("command: a < b\nenvironment: azureml:e:1\ninputs: {n: 1}", "f.yml", ["inputs.n=2", "tags.x=y"]);

        Assert.Contains("a < b", edited);
        Assert.Equal(2, (int)JsonNode.Parse(edited)!["inputs"]!["n"]!);
        Assert.Empty(Definitions.Validate(File(edited)));
    }

    [Fact]
    public void What_stands_below_properties_is_one_name_however_many_dots_it_has()
    {
        var edited = JsonNode.Parse(Definitions.Edit(
            "command: x\nenvironment: azureml:e:1\nproperties: {slipway.proxy.url: a}", "f.yml", ["properties.slipway.proxy.url=https://b/c", "properties.slipway.proxy.header.x=y"]))!;

        Assert.Equal("""{"slipway.proxy.url":"https://b/c","slipway.proxy.header.x":"y"}""", edited["properties"]!.ToJsonString());
    }

    [Theory]
    [InlineData("""tags={"a":"b"}""", """{"a":"b"}""")]
    [InlineData("tags=a", """["a"]""")]
    public void What_is_added_where_nothing_is_becomes_a_mapping_or_the_first_of_a_list(string added, string made)
    {
        var edited = JsonNode.Parse(Definitions.Edit("command: x", "f.yml", [DefinitionEdit.Add(added)]))!;

        Assert.Equal(made, edited["tags"]!.ToJsonString());
    }

    [Fact]
    public void A_mistake_that_was_made_on_the_command_line_is_told_by_what_was_written_there()
    {
        var problems = Definitions.Validate(File("command: x\nenvironment: azureml:e:1\nlimits: {timeout: 5}") with
        {
            Edits =
            [
                "limits.timeout=soon", "resources={\"instance_cont\": 2}", "nothing",
                .. DefinitionEdit.Option("display_name", "a"), .. DefinitionEdit.Option("name", "a b"), .. DefinitionEdit.Option("version", null),
            ],
        });

        Assert.Equal(
            [
                "--name: name: 'a b' is not allowed; expected a name of letters, digits, '-' and '_'.",
                "--set limits.timeout=soon: limits.timeout: 'soon' is not allowed; expected a whole number of at least 1.",
                "--set nothing: 'nothing' is not an edit: write path=value, for example inputs.rate=0.1 or jobs.train.limits.timeout=60.",
                "--set resources={\"instance_cont\": 2}: resources.instance_cont: 'instance_cont' is not a field of resources. Did you mean 'instance_count'?",
            ],
            problems.Select(problem => problem.ToString().Split(" Known:")[0]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_kind_has_a_schema_without_loose_ends()
    {
        foreach (var kind in Definitions.Kinds)
        {
            var schema = Definitions.Schema(kind, []);

            var text = schema.ToJsonString();
            foreach (System.Text.RegularExpressions.Match reference in System.Text.RegularExpressions.Regex.Matches(text, "\"#/\\$defs/([^\"]+)\""))
                Assert.True(schema["$defs"]![reference.Groups[1].Value] is JsonObject { Count: > 0 }, $"{kind}: {reference.Value}");
        }
    }

    private static DefinitionFile File(string yaml) => new() { Yaml = yaml, Source = "f.yml" };
}

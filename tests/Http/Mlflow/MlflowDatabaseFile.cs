using Microsoft.Data.Sqlite;

namespace Slipway.Http.Mlflow;

/// <summary>Writes a database with the tables of MLflow that a test needs; of an old client, which knew fewer.</summary>
internal static class MlflowDatabaseFile
{
    public const string Run = "bf3bbf4221074c79ae82b3cba1867de7";

    public static string Write(string file, string artifacts)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"""
            create table experiments (experiment_id integer primary key, name text, artifact_location text, lifecycle_stage text);
            create table experiment_tags (key text, value text, experiment_id integer);
            create table runs (run_uuid text primary key, name text, user_id text, status text, start_time bigint, end_time bigint,
                lifecycle_stage text, artifact_uri text, experiment_id integer);
            create table params (key text, value text, run_uuid text);
            create table tags (key text, value text, run_uuid text);
            create table metrics (key text, value float, timestamp bigint, run_uuid text, step bigint, is_nan boolean);
            create table datasets (dataset_uuid text, experiment_id integer, name text, digest text, dataset_source_type text, dataset_source text);
            create table inputs (input_uuid text, source_type text, source_id text, destination_type text, destination_id text);
            create table input_tags (input_uuid text, name text, value text);
            create table registered_models (name text, creation_time bigint, last_updated_time bigint, description text);
            create table model_versions (name text, version integer, creation_time bigint, last_updated_time bigint, description text,
                current_stage text, source text, run_id text);
            create table registered_model_aliases (name text, alias text, version integer);
            create table webhooks (webhook_id text);
            insert into experiments values (5, 'from db', 'mlflow-artifacts:/5', 'active');
            insert into experiment_tags values ('owner', 'eva', 5);
            insert into runs values ('{Run}', 'one', 'eva', 'FAILED', 1700000000000, 1700000001000, 'active', 'mlflow-artifacts:/5/{Run}/artifacts', 5);
            insert into params values ('lr', '0.1', '{Run}');
            insert into tags values ('mlflow.runName', 'one', '{Run}');
            insert into metrics values ('loss', 0.5, 1700000000001, '{Run}', 1, 0), ('loss', 0, 1700000000002, '{Run}', 2, 1);
            insert into datasets values ('d1', 5, 'train', 'abc', 'local', '{"{}"}');
            insert into inputs values ('i1', 'DATASET', 'd1', 'RUN', '{Run}');
            insert into input_tags values ('i1', 'mlflow.data.context', 'training');
            insert into registered_models values ('churn', 1700000000010, 1700000000020, null);
            insert into model_versions values ('churn', 4, 1700000000011, 1700000000012, 'd', 'Production', 'mlflow-artifacts:/5/{Run}/artifacts/net', '{Run}');
            insert into registered_model_aliases values ('churn', 'live', 4);
            insert into webhooks values ('w1');
            """;
        command.ExecuteNonQuery();
        var net = Directory.CreateDirectory(Path.Combine(artifacts, "5", Run, "artifacts", "net")).FullName;
        File.WriteAllText(Path.Combine(net, "MLmodel"), "flavors: {}");
        return file;
    }
}

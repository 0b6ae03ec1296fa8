// @ts-nocheck
// Made by openapi-ts from docs/openapi.json.

import type { Client, ClientMeta, Options as Options2, RequestResult, TDataShape } from './client';
import { client } from './client.gen';
import type { AbortLineData, AbortLineErrors, AbortLineResponses, AcceptDifferenceData, AcceptDifferenceErrors, AcceptDifferenceResponses, ActivitiesData, ActivitiesErrors, ActivitiesResponses, AddFaultData, AddFaultErrors, AddFaultResponses, AddSilenceData, AddSilenceErrors, AddSilenceResponses, ApplyRetentionData, ApplyRetentionResponses, ApprovePipelineData, ApprovePipelineErrors, ApprovePipelineResponses, AskRolloutData, AskRolloutErrors, AskRolloutResponses, BeginExperimentData, BeginExperimentErrors, BeginExperimentResponses, BeginShadowData, BeginShadowErrors, BeginShadowResponses, ChartData, ChartErrors, ChartResponses, ChartSavedData, ChartSavedErrors, ChartSavedResponses, CompareData, CompareErrors, CompareResponses, CompareVersionsData, CompareVersionsErrors, CompareVersionsResponses, ContextData, ContextErrors, ContextResponses, CreateTokenData, CreateTokenErrors, CreateTokenResponses, DeleteLineData, DeleteLineErrors, DeleteLineResponses, DropHookData, DropHookErrors, DropHookResponses, EndExperimentData, EndExperimentErrors, EndExperimentResponses, EndFaultData, EndFaultErrors, EndFaultResponses, EndShadowData, EndShadowErrors, EndShadowResponses, EndSilenceData, EndSilenceErrors, EndSilenceResponses, EventsData, EventsResponses, ExplainPipelineData, ExplainPipelineErrors, ExplainPipelineResponses, ExportData, ExportErrors, ExportResponses, FailRecordingData, FailRecordingErrors, FailRecordingResponses, FixScalingData, FixScalingErrors, FixScalingResponses, FlagData, FlagErrors, FlagResponses, FreeScalingData, FreeScalingErrors, FreeScalingResponses, GetApplicationData, GetApplicationErrors, GetApplicationResponses, GetBackupData, GetBackupResponses, GetCapacityData, GetCapacityResponses, GetExperimentData, GetExperimentErrors, GetExperimentResponses, GetInstanceData, GetInstanceErrors, GetInstanceResponses, GetOperationData, GetOperationErrors, GetOperationResponses, GetRecordingData, GetRecordingErrors, GetRecordingResponses, GetReplayData, GetReplayErrors, GetReplayResponses, GetRetentionData, GetRetentionResponses, GetRolloutData, GetRolloutErrors, GetRolloutResponses, GetScalingData, GetScalingErrors, GetScalingResponses, GetSourceData, GetSourceErrors, GetSourceResponses, GetStatusData, GetStatusResponses, GetTelemetryHealthData, GetTelemetryHealthResponses, GiveFeedbackData, GiveFeedbackErrors, GiveFeedbackResponses, HealthData, HealthResponses, ListAcceptedData, ListAcceptedErrors, ListAcceptedResponses, ListAlertsData, ListAlertsErrors, ListAlertsResponses, ListApplicationsData, ListApplicationsResponses, ListDependentsData, ListDependentsErrors, ListDependentsResponses, ListDeploymentsData, ListDeploymentsErrors, ListDeploymentsResponses, ListEndsData, ListEndsErrors, ListEndsResponses, ListExperimentsData, ListExperimentsErrors, ListExperimentsResponses, ListFeedbackData, ListFeedbackErrors, ListFeedbackResponses, ListFlagsData, ListFlagsResponses, ListInstancesData, ListInstancesErrors, ListInstancesResponses, ListObjectivesData, ListObjectivesResponses, ListOperationsData, ListOperationsErrors, ListOperationsResponses, ListPublicationsData, ListPublicationsErrors, ListPublicationsResponses, ListRecipesData, ListRecipesResponses, ListRecordingsData, ListRecordingsErrors, ListRecordingsResponses, ListReleasesData, ListReleasesErrors, ListReleasesResponses, ListReplaysData, ListReplaysErrors, ListReplaysResponses, ListRolloutsData, ListRolloutsErrors, ListRolloutsResponses, ListRulesData, ListRulesResponses, ListSavedData, ListSavedResponses, ListServicesData, ListServicesErrors, ListServicesResponses, ListShadowsData, ListShadowsResponses, ListSilencesData, ListSilencesResponses, ListTeamsData, ListTeamsResponses, ListTokensData, ListTokensResponses, ListUsersData, ListUsersResponses, ListValuesData, ListValuesErrors, ListValuesResponses, ListVersionsData, ListVersionsErrors, ListVersionsResponses, MakeHookData, MakeHookErrors, MakeHookResponses, MakeLoginData, MakeLoginResponses, MemoryData, MemoryErrors, MemoryResponses, OpenShellData, OpenShellErrors, OpenShellResponses, ProfileData, ProfileErrors, ProfileResponses, PullHookData, PullHookErrors, PullHookResponses, QueryData, QueryErrors, QueryResponses, ReadCatalogueData, ReadCatalogueResponses, ReadInsightHistoryData, ReadInsightHistoryErrors, ReadInsightHistoryResponses, ReadLogsData, ReadLogsErrors, ReadLogsResponses, ReadMetricsData, ReadMetricsResponses, ReadOpenapiData, ReadOpenapiErrors, ReadOpenapiResponses, ReadPoliciesData, ReadPoliciesErrors, ReadPoliciesResponses, ReadShellData, ReadShellErrors, ReadShellResponses, RehearseData, RehearseErrors, RehearseResponses, RejectPipelineData, RejectPipelineErrors, RejectPipelineResponses, ReleaseData, ReleaseErrors, ReleaseResponses, RemoveSavedData, RemoveSavedErrors, RemoveSavedResponses, RemoveSecretData, RemoveSecretErrors, RemoveSecretResponses, RemoveServiceData, RemoveServiceErrors, RemoveServiceResponses, RemoveTeamData, RemoveTeamErrors, RemoveTeamResponses, RemoveUserData, RemoveUserErrors, RemoveUserResponses, RemoveValueData, RemoveValueErrors, RemoveValueResponses, RenewKeyData, RenewKeyResponses, ReplayRecordingData, ReplayRecordingErrors, ReplayRecordingResponses, RequestsData, RequestsErrors, RequestsResponses, RetractDifferenceData, RetractDifferenceErrors, RetractDifferenceResponses, RevokeTokenData, RevokeTokenErrors, RevokeTokenResponses, RollbackData, RollbackErrors, RollbackResponses, RunTestsData, RunTestsResponses, SaveData, SaveErrors, SaveResponses, SaveServiceData, SaveServiceErrors, SaveServiceResponses, SaveTeamData, SaveTeamErrors, SaveTeamResponses, SaveUserData, SaveUserErrors, SaveUserResponses, SearchLogsData, SearchLogsErrors, SearchLogsResponses, SessionData, SessionResponses, SetSecretData, SetSecretErrors, SetSecretResponses, SetValueData, SetValueErrors, SetValueResponses, ShowAlertData, ShowAlertErrors, ShowAlertResponses, ShowFanoutData, ShowFanoutErrors, ShowFanoutResponses, ShowServiceData, ShowServiceErrors, ShowServiceResponses, SignInData, SignInErrors, SignInResponses, SignOutData, SignOutResponses, SwitchOffData, SwitchOffErrors, SwitchOffResponses, SwitchOnData, SwitchOnErrors, SwitchOnResponses, TablesData, TablesResponses, TakeData, TakeErrors, TakeResponses, TestRulesData, TestRulesErrors, TestRulesResponses, TestSavedData, TestSavedErrors, TestSavedResponses, TraceData, TraceErrors, TraceResponses, TryEndpointData, TryEndpointErrors, TryEndpointResponses, UnflagData, UnflagErrors, UnflagResponses, UploadData, UploadErrors, UploadResponses, UsageData, UsageErrors, UsageResponses, VerifyData, VerifyErrors, VerifyResponses, WaitingData, WaitingErrors, WaitingResponses, WatchInsightData, WatchInsightErrors, WatchInsightResponses, WatchOperationData, WatchOperationErrors, WatchOperationResponses, WatchRolloutData, WatchRolloutErrors, WatchRolloutResponses, WhoamiData, WhoamiResponses, WriteShellData, WriteShellErrors, WriteShellResponses, WriteStubsData, WriteStubsErrors, WriteStubsResponses } from './types.gen';

export type Options<TData extends TDataShape = TDataShape, ThrowOnError extends boolean = boolean, TResponse = unknown> = Options2<TData, ThrowOnError, TResponse> & {
    /**
     * You can provide a client instance returned by `createClient()` instead of
     * individual options. This might be also useful if you want to implement a
     * custom client.
     */
    client?: Client;
    /**
     * You can pass arbitrary values through the `meta` object. This can be
     * used to access values that aren't defined as part of the SDK function.
     */
    meta?: keyof ClientMeta extends never ? Record<string, unknown> : ClientMeta;
};

/**
 * Activities
 *
 * Who changed what, the newest first. `target` and `text` are parts of words; `below` goes on after a page.
 */
export const activities = <ThrowOnError extends boolean = false>(options?: Options<ActivitiesData, ThrowOnError>): RequestResult<ActivitiesResponses, ActivitiesErrors, ThrowOnError> => (options?.client ?? client).get<ActivitiesResponses, ActivitiesErrors, ThrowOnError>({ url: '/v1/activities', ...options });

/**
 * Export
 *
 * All that a search finds, the newest first, as JSON lines or CSV.
 */
export const export_ = <ThrowOnError extends boolean = false>(options?: Options<ExportData, ThrowOnError>): RequestResult<ExportResponses, ExportErrors, ThrowOnError> => (options?.client ?? client).get<ExportResponses, ExportErrors, ThrowOnError>({ url: '/v1/activities/export', ...options });

/**
 * Verify
 *
 * Whether the chain of activities holds; `head`: a hash noted earlier, which must still be part of it.
 */
export const verify = <ThrowOnError extends boolean = false>(options?: Options<VerifyData, ThrowOnError>): RequestResult<VerifyResponses, VerifyErrors, ThrowOnError> => (options?.client ?? client).get<VerifyResponses, VerifyErrors, ThrowOnError>({ url: '/v1/activities/verification', ...options });

/**
 * List Alerts
 *
 * What went wrong, the newest first. `state`: firing or resolved.
 */
export const listAlerts = <ThrowOnError extends boolean = false>(options?: Options<ListAlertsData, ThrowOnError>): RequestResult<ListAlertsResponses, ListAlertsErrors, ThrowOnError> => (options?.client ?? client).get<ListAlertsResponses, ListAlertsErrors, ThrowOnError>({ url: '/v1/alerts', ...options });

/**
 * List Rules
 *
 * What is watched.
 */
export const listRules = <ThrowOnError extends boolean = false>(options?: Options<ListRulesData, ThrowOnError>): RequestResult<ListRulesResponses, unknown, ThrowOnError> => (options?.client ?? client).get<ListRulesResponses, unknown, ThrowOnError>({ url: '/v1/alerts/rules', ...options });

/**
 * Test Rules
 *
 * How often each rule would have fired in the last days, and when: from the minutes that are stored.
 */
export const testRules = <ThrowOnError extends boolean = false>(options?: Options<TestRulesData, ThrowOnError>): RequestResult<TestRulesResponses, TestRulesErrors, ThrowOnError> => (options?.client ?? client).get<TestRulesResponses, TestRulesErrors, ThrowOnError>({ url: '/v1/alerts/test', ...options });

/**
 * Show Alert
 *
 * One alert with its evidence: figures, example requests, releases, and what was changed before it.
 */
export const showAlert = <ThrowOnError extends boolean = false>(options: Options<ShowAlertData, ThrowOnError>): RequestResult<ShowAlertResponses, ShowAlertErrors, ThrowOnError> => (options.client ?? client).get<ShowAlertResponses, ShowAlertErrors, ThrowOnError>({ url: '/v1/alerts/{number}', ...options });

/**
 * List Applications
 *
 * All applications with the lines they have.
 */
export const listApplications = <ThrowOnError extends boolean = false>(options?: Options<ListApplicationsData, ThrowOnError>): RequestResult<ListApplicationsResponses, unknown, ThrowOnError> => (options?.client ?? client).get<ListApplicationsResponses, unknown, ThrowOnError>({ url: '/v1/applications', ...options });

/**
 * Get Application
 *
 * One application with its lines.
 */
export const getApplication = <ThrowOnError extends boolean = false>(options: Options<GetApplicationData, ThrowOnError>): RequestResult<GetApplicationResponses, GetApplicationErrors, ThrowOnError> => (options.client ?? client).get<GetApplicationResponses, GetApplicationErrors, ThrowOnError>({ url: '/v1/applications/{application}', ...options });

/**
 * Abort Line
 *
 * Whatever is under way on a line goes back. When nothing is, nothing is done, and that is said.
 */
export const abortLine = <ThrowOnError extends boolean = false>(options: Options<AbortLineData, ThrowOnError>): RequestResult<AbortLineResponses, AbortLineErrors, ThrowOnError> => (options.client ?? client).post<AbortLineResponses, AbortLineErrors, ThrowOnError>({
    url: '/v1/applications/{application}/abort',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * List Accepted
 *
 * Differences that somebody wants, with who and why.
 */
export const listAccepted = <ThrowOnError extends boolean = false>(options: Options<ListAcceptedData, ThrowOnError>): RequestResult<ListAcceptedResponses, ListAcceptedErrors, ThrowOnError> => (options.client ?? client).get<ListAcceptedResponses, ListAcceptedErrors, ThrowOnError>({ url: '/v1/applications/{application}/differences', ...options });

/**
 * Accept Difference
 *
 * This difference is wanted: no report calls it new from now on.
 */
export const acceptDifference = <ThrowOnError extends boolean = false>(options: Options<AcceptDifferenceData, ThrowOnError>): RequestResult<AcceptDifferenceResponses, AcceptDifferenceErrors, ThrowOnError> => (options.client ?? client).put<AcceptDifferenceResponses, AcceptDifferenceErrors, ThrowOnError>({
    url: '/v1/applications/{application}/differences',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Retract Difference
 *
 * It is not wanted any more.
 */
export const retractDifference = <ThrowOnError extends boolean = false>(options: Options<RetractDifferenceData, ThrowOnError>): RequestResult<RetractDifferenceResponses, RetractDifferenceErrors, ThrowOnError> => (options.client ?? client).post<RetractDifferenceResponses, RetractDifferenceErrors, ThrowOnError>({
    url: '/v1/applications/{application}/differences/retract',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Begin Experiment
 *
 * Makes its cells ready, then lets members in, all at once. Each stays in a cell until it ends.
 */
export const beginExperiment = <ThrowOnError extends boolean = false>(options: Options<BeginExperimentData, ThrowOnError>): RequestResult<BeginExperimentResponses, BeginExperimentErrors, ThrowOnError> => (options.client ?? client).post<BeginExperimentResponses, BeginExperimentErrors, ThrowOnError>({
    url: '/v1/applications/{application}/experiments',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Show Fanout
 *
 * What each endpoint asks for: calls per request, duplicates, calls that could run side by side.
 */
export const showFanout = <ThrowOnError extends boolean = false>(options: Options<ShowFanoutData, ThrowOnError>): RequestResult<ShowFanoutResponses, ShowFanoutErrors, ThrowOnError> => (options.client ?? client).get<ShowFanoutResponses, ShowFanoutErrors, ThrowOnError>({ url: '/v1/applications/{application}/fanout', ...options });

/**
 * Drop Hook
 *
 * The hook ends.
 */
export const dropHook = <ThrowOnError extends boolean = false>(options: Options<DropHookData, ThrowOnError>): RequestResult<DropHookResponses, DropHookErrors, ThrowOnError> => (options.client ?? client).delete<DropHookResponses, DropHookErrors, ThrowOnError>({ url: '/v1/applications/{application}/hook', ...options });

/**
 * Make Hook
 *
 * A secret path that starts the pipeline; it is shown this once, and the one before ends.
 */
export const makeHook = <ThrowOnError extends boolean = false>(options: Options<MakeHookData, ThrowOnError>): RequestResult<MakeHookResponses, MakeHookErrors, ThrowOnError> => (options.client ?? client).post<MakeHookResponses, MakeHookErrors, ThrowOnError>({ url: '/v1/applications/{application}/hook', ...options });

/**
 * Delete Line
 *
 * Ends a line in a stack. One with traffic must be confirmed by its name.
 */
export const deleteLine = <ThrowOnError extends boolean = false>(options: Options<DeleteLineData, ThrowOnError>): RequestResult<DeleteLineResponses, DeleteLineErrors, ThrowOnError> => (options.client ?? client).delete<DeleteLineResponses, DeleteLineErrors, ThrowOnError>({ url: '/v1/applications/{application}/lines/{major}', ...options });

/**
 * Read Logs
 *
 * Log lines as JSON lines; with `follow` also those to come.
 */
export const readLogs = <ThrowOnError extends boolean = false>(options: Options<ReadLogsData, ThrowOnError>): RequestResult<ReadLogsResponses, ReadLogsErrors, ThrowOnError> => (options.client ?? client).get<ReadLogsResponses, ReadLogsErrors, ThrowOnError>({ url: '/v1/applications/{application}/logs', ...options });

/**
 * Explain Pipeline
 *
 * What will happen with a version (the newest) on its way to a stack, stage by stage, and why.
 */
export const explainPipeline = <ThrowOnError extends boolean = false>(options: Options<ExplainPipelineData, ThrowOnError>): RequestResult<ExplainPipelineResponses, ExplainPipelineErrors, ThrowOnError> => (options.client ?? client).get<ExplainPipelineResponses, ExplainPipelineErrors, ThrowOnError>({ url: '/v1/applications/{application}/pipeline', ...options });

/**
 * Rehearse
 *
 * Fails each call of each endpoint of a version in turn; says which endpoints do not stand it.
 */
export const rehearse = <ThrowOnError extends boolean = false>(options: Options<RehearseData, ThrowOnError>): RequestResult<RehearseResponses, RehearseErrors, ThrowOnError> => (options.client ?? client).post<RehearseResponses, RehearseErrors, ThrowOnError>({
    url: '/v1/applications/{application}/rehearsals',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * List Releases
 *
 * Every release of a line in a stack, the oldest first.
 */
export const listReleases = <ThrowOnError extends boolean = false>(options: Options<ListReleasesData, ThrowOnError>): RequestResult<ListReleasesResponses, ListReleasesErrors, ThrowOnError> => (options.client ?? client).get<ListReleasesResponses, ListReleasesErrors, ThrowOnError>({ url: '/v1/applications/{application}/releases', ...options });

/**
 * Release
 *
 * Carries a published version to a stack by its pipeline; in prod by its own strategy, or as the wish says.
 */
export const release = <ThrowOnError extends boolean = false>(options: Options<ReleaseData, ThrowOnError>): RequestResult<ReleaseResponses, ReleaseErrors, ThrowOnError> => (options.client ?? client).post<ReleaseResponses, ReleaseErrors, ThrowOnError>({
    url: '/v1/applications/{application}/releases',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Compare Versions
 *
 * Runs recorded requests with a new version, and twice with the one that served them.
 */
export const compareVersions = <ThrowOnError extends boolean = false>(options: Options<CompareVersionsData, ThrowOnError>): RequestResult<CompareVersionsResponses, CompareVersionsErrors, ThrowOnError> => (options.client ?? client).post<CompareVersionsResponses, CompareVersionsErrors, ThrowOnError>({
    url: '/v1/applications/{application}/replays',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Rollback
 *
 * Moves a line back to its former release, or to the one named.
 */
export const rollback = <ThrowOnError extends boolean = false>(options: Options<RollbackData, ThrowOnError>): RequestResult<RollbackResponses, RollbackErrors, ThrowOnError> => (options.client ?? client).post<RollbackResponses, RollbackErrors, ThrowOnError>({
    url: '/v1/applications/{application}/rollbacks',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Free Scaling
 *
 * A line scales by itself again.
 */
export const freeScaling = <ThrowOnError extends boolean = false>(options: Options<FreeScalingData, ThrowOnError>): RequestResult<FreeScalingResponses, FreeScalingErrors, ThrowOnError> => (options.client ?? client).delete<FreeScalingResponses, FreeScalingErrors, ThrowOnError>({ url: '/v1/applications/{application}/scaling', ...options });

/**
 * Get Scaling
 *
 * How many instances its deployments have, and each change of late with its reason.
 */
export const getScaling = <ThrowOnError extends boolean = false>(options: Options<GetScalingData, ThrowOnError>): RequestResult<GetScalingResponses, GetScalingErrors, ThrowOnError> => (options.client ?? client).get<GetScalingResponses, GetScalingErrors, ThrowOnError>({ url: '/v1/applications/{application}/scaling', ...options });

/**
 * Fix Scaling
 *
 * A line keeps so many instances until it is told otherwise.
 */
export const fixScaling = <ThrowOnError extends boolean = false>(options: Options<FixScalingData, ThrowOnError>): RequestResult<FixScalingResponses, FixScalingErrors, ThrowOnError> => (options.client ?? client).put<FixScalingResponses, FixScalingErrors, ThrowOnError>({
    url: '/v1/applications/{application}/scaling',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Remove Secret
 *
 * Takes a secret away; earlier releases still hold it.
 */
export const removeSecret = <ThrowOnError extends boolean = false>(options: Options<RemoveSecretData, ThrowOnError>): RequestResult<RemoveSecretResponses, RemoveSecretErrors, ThrowOnError> => (options.client ?? client).delete<RemoveSecretResponses, RemoveSecretErrors, ThrowOnError>({ url: '/v1/applications/{application}/secrets/{name}', ...options });

/**
 * Set Secret
 *
 * Sets a secret; it is never shown again. `rotate`: only one that exists already.
 */
export const setSecret = <ThrowOnError extends boolean = false>(options: Options<SetSecretData, ThrowOnError>): RequestResult<SetSecretResponses, SetSecretErrors, ThrowOnError> => (options.client ?? client).put<SetSecretResponses, SetSecretErrors, ThrowOnError>({
    url: '/v1/applications/{application}/secrets/{name}',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * End Shadow
 *
 * It ends; its report stays.
 */
export const endShadow = <ThrowOnError extends boolean = false>(options: Options<EndShadowData, ThrowOnError>): RequestResult<EndShadowResponses, EndShadowErrors, ThrowOnError> => (options.client ?? client).delete<EndShadowResponses, EndShadowErrors, ThrowOnError>({ url: '/v1/applications/{application}/shadow', ...options });

/**
 * Begin Shadow
 *
 * A share of recorded requests goes to a version nobody depends on, after the answer; its writes go nowhere.
 */
export const beginShadow = <ThrowOnError extends boolean = false>(options: Options<BeginShadowData, ThrowOnError>): RequestResult<BeginShadowResponses, BeginShadowErrors, ThrowOnError> => (options.client ?? client).put<BeginShadowResponses, BeginShadowErrors, ThrowOnError>({
    url: '/v1/applications/{application}/shadow',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Try Endpoint
 *
 * Sends one request through the edge to the application, and shows the answer.
 */
export const tryEndpoint = <ThrowOnError extends boolean = false>(options: Options<TryEndpointData, ThrowOnError>): RequestResult<TryEndpointResponses, TryEndpointErrors, ThrowOnError> => (options.client ?? client).post<TryEndpointResponses, TryEndpointErrors, ThrowOnError>({
    url: '/v1/applications/{application}/tries',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * List Values
 *
 * What was set for the stack, by name; of secrets never the content.
 */
export const listValues = <ThrowOnError extends boolean = false>(options: Options<ListValuesData, ThrowOnError>): RequestResult<ListValuesResponses, ListValuesErrors, ThrowOnError> => (options.client ?? client).get<ListValuesResponses, ListValuesErrors, ThrowOnError>({ url: '/v1/applications/{application}/values', ...options });

/**
 * Remove Value
 *
 * Takes a value away; the manifest's holds again.
 */
export const removeValue = <ThrowOnError extends boolean = false>(options: Options<RemoveValueData, ThrowOnError>): RequestResult<RemoveValueResponses, RemoveValueErrors, ThrowOnError> => (options.client ?? client).delete<RemoveValueResponses, RemoveValueErrors, ThrowOnError>({ url: '/v1/applications/{application}/values/{name}', ...options });

/**
 * Set Value
 *
 * Sets a value; every line of the stack moves to a new release with it.
 */
export const setValue = <ThrowOnError extends boolean = false>(options: Options<SetValueData, ThrowOnError>): RequestResult<SetValueResponses, SetValueErrors, ThrowOnError> => (options.client ?? client).put<SetValueResponses, SetValueErrors, ThrowOnError>({
    url: '/v1/applications/{application}/values/{name}',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * List Versions
 *
 * Published versions, the oldest first, with where each is released.
 */
export const listVersions = <ThrowOnError extends boolean = false>(options: Options<ListVersionsData, ThrowOnError>): RequestResult<ListVersionsResponses, ListVersionsErrors, ThrowOnError> => (options.client ?? client).get<ListVersionsResponses, ListVersionsErrors, ThrowOnError>({ url: '/v1/applications/{application}/versions', ...options });

/**
 * Get Source
 *
 * What a version was made of, for who may change it: a gzipped tar.
 */
export const getSource = <ThrowOnError extends boolean = false>(options: Options<GetSourceData, ThrowOnError>): RequestResult<GetSourceResponses, GetSourceErrors, ThrowOnError> => (options.client ?? client).get<GetSourceResponses, GetSourceErrors, ThrowOnError>({ url: '/v1/applications/{application}/versions/{number}/source', ...options });

/**
 * Get Backup
 *
 * Everything a platform needs to serve the same elsewhere, but for the keys of its secrets.
 */
export const getBackup = <ThrowOnError extends boolean = false>(options?: Options<GetBackupData, ThrowOnError>): RequestResult<GetBackupResponses, unknown, ThrowOnError> => (options?.client ?? client).get<GetBackupResponses, unknown, ThrowOnError>({ url: '/v1/backup', ...options });

/**
 * Get Capacity
 *
 * The machine's memory for instances: what there is, what is promised, used and free.
 */
export const getCapacity = <ThrowOnError extends boolean = false>(options?: Options<GetCapacityData, ThrowOnError>): RequestResult<GetCapacityResponses, unknown, ThrowOnError> => (options?.client ?? client).get<GetCapacityResponses, unknown, ThrowOnError>({ url: '/v1/capacity', ...options });

/**
 * Read Catalogue
 *
 * What scripts and their authors need of all services: methods, signatures, names.
 */
export const readCatalogue = <ThrowOnError extends boolean = false>(options?: Options<ReadCatalogueData, ThrowOnError>): RequestResult<ReadCatalogueResponses, unknown, ThrowOnError> => (options?.client ?? client).get<ReadCatalogueResponses, unknown, ThrowOnError>({ url: '/v1/catalogue', ...options });

/**
 * Write Stubs
 *
 * What `stagedoor api pull` writes, for the services named (a,b); all when none is.
 */
export const writeStubs = <ThrowOnError extends boolean = false>(options?: Options<WriteStubsData, ThrowOnError>): RequestResult<WriteStubsResponses, WriteStubsErrors, ThrowOnError> => (options?.client ?? client).get<WriteStubsResponses, WriteStubsErrors, ThrowOnError>({ url: '/v1/catalogue/stubs', ...options });

/**
 * Chart
 *
 * Metrics over time, of all requests, with the releases marked. The last hour when nothing is said.
 */
export const chart = <ThrowOnError extends boolean = false>(options?: Options<ChartData, ThrowOnError>): RequestResult<ChartResponses, ChartErrors, ThrowOnError> => (options?.client ?? client).get<ChartResponses, ChartErrors, ThrowOnError>({ url: '/v1/charts', ...options });

/**
 * List Deployments
 *
 * What runs, the serving ones first, with what each does now.
 */
export const listDeployments = <ThrowOnError extends boolean = false>(options?: Options<ListDeploymentsData, ThrowOnError>): RequestResult<ListDeploymentsResponses, ListDeploymentsErrors, ThrowOnError> => (options?.client ?? client).get<ListDeploymentsResponses, ListDeploymentsErrors, ThrowOnError>({ url: '/v1/deployments', ...options });

/**
 * List Ends
 *
 * How instances ended of late, the newest first.
 */
export const listEnds = <ThrowOnError extends boolean = false>(options?: Options<ListEndsData, ThrowOnError>): RequestResult<ListEndsResponses, ListEndsErrors, ThrowOnError> => (options?.client ?? client).get<ListEndsResponses, ListEndsErrors, ThrowOnError>({ url: '/v1/ends', ...options });

/**
 * Events
 *
 * Server-sent events: `hello` with the platform's version, `changed` with topics, `rates` each second.
 *
 * Topics say what to ask for again: applications, deployments, instances, operations, activities, services,
 * status, access, alerts, rollouts.
 */
export const events = <ThrowOnError extends boolean = false>(options?: Options<EventsData, ThrowOnError>): RequestResult<EventsResponses, unknown, ThrowOnError> => (options?.client ?? client).get<EventsResponses, unknown, ThrowOnError>({ url: '/v1/events', ...options });

/**
 * List Experiments
 *
 * The newest first, with what the comparison of their cells says.
 */
export const listExperiments = <ThrowOnError extends boolean = false>(options?: Options<ListExperimentsData, ThrowOnError>): RequestResult<ListExperimentsResponses, ListExperimentsErrors, ThrowOnError> => (options?.client ?? client).get<ListExperimentsResponses, ListExperimentsErrors, ThrowOnError>({ url: '/v1/experiments', ...options });

/**
 * Get Experiment
 *
 * One experiment.
 */
export const getExperiment = <ThrowOnError extends boolean = false>(options: Options<GetExperimentData, ThrowOnError>): RequestResult<GetExperimentResponses, GetExperimentErrors, ThrowOnError> => (options.client ?? client).get<GetExperimentResponses, GetExperimentErrors, ThrowOnError>({ url: '/v1/experiments/{name}', ...options });

/**
 * End Experiment
 *
 * Its members see what the line runs again. One that has ended says so.
 */
export const endExperiment = <ThrowOnError extends boolean = false>(options: Options<EndExperimentData, ThrowOnError>): RequestResult<EndExperimentResponses, EndExperimentErrors, ThrowOnError> => (options.client ?? client).post<EndExperimentResponses, EndExperimentErrors, ThrowOnError>({ url: '/v1/experiments/{name}/end', ...options });

/**
 * List Feedback
 *
 * What people told the operators, the newest first.
 */
export const listFeedback = <ThrowOnError extends boolean = false>(options?: Options<ListFeedbackData, ThrowOnError>): RequestResult<ListFeedbackResponses, ListFeedbackErrors, ThrowOnError> => (options?.client ?? client).get<ListFeedbackResponses, ListFeedbackErrors, ThrowOnError>({ url: '/v1/feedback', ...options });

/**
 * Give Feedback
 *
 * Tells the operators something.
 */
export const giveFeedback = <ThrowOnError extends boolean = false>(options: Options<GiveFeedbackData, ThrowOnError>): RequestResult<GiveFeedbackResponses, GiveFeedbackErrors, ThrowOnError> => (options.client ?? client).post<GiveFeedbackResponses, GiveFeedbackErrors, ThrowOnError>({
    url: '/v1/feedback',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * List Flags
 *
 * Devices of which every request is kept, and until when.
 */
export const listFlags = <ThrowOnError extends boolean = false>(options?: Options<ListFlagsData, ThrowOnError>): RequestResult<ListFlagsResponses, unknown, ThrowOnError> => (options?.client ?? client).get<ListFlagsResponses, unknown, ThrowOnError>({ url: '/v1/flags', ...options });

/**
 * Unflag
 *
 * Keeps only what there is a reason for again.
 */
export const unflag = <ThrowOnError extends boolean = false>(options: Options<UnflagData, ThrowOnError>): RequestResult<UnflagResponses, UnflagErrors, ThrowOnError> => (options.client ?? client).delete<UnflagResponses, UnflagErrors, ThrowOnError>({ url: '/v1/flags/{device}', ...options });

/**
 * Flag
 *
 * Keeps every request of a device for a while.
 */
export const flag = <ThrowOnError extends boolean = false>(options: Options<FlagData, ThrowOnError>): RequestResult<FlagResponses, FlagErrors, ThrowOnError> => (options.client ?? client).put<FlagResponses, FlagErrors, ThrowOnError>({
    url: '/v1/flags/{device}',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Health
 *
 * Says that control answers, its version, and how people sign in beside links. Needs no token.
 */
export const health = <ThrowOnError extends boolean = false>(options?: Options<HealthData, ThrowOnError>): RequestResult<HealthResponses, unknown, ThrowOnError> => (options?.client ?? client).get<HealthResponses, unknown, ThrowOnError>({ url: '/v1/health', ...options });

/**
 * Pull Hook
 *
 * Starts the pipeline of a published version (the newest). The secret in the path is all that is asked.
 */
export const pullHook = <ThrowOnError extends boolean = false>(options: Options<PullHookData, ThrowOnError>): RequestResult<PullHookResponses, PullHookErrors, ThrowOnError> => (options.client ?? client).post<PullHookResponses, PullHookErrors, ThrowOnError>({
    url: '/v1/hooks/{secret}',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Watch Insight
 *
 * Server-sent events `seen`: records or windows that pass the query, with how many were seen and missed.
 *
 * `{seen, matched, missed, records}`, or `windows` in place of records for a query with figures.
 */
export const watchInsight = <ThrowOnError extends boolean = false>(options?: Options<WatchInsightData, ThrowOnError>): RequestResult<WatchInsightResponses, WatchInsightErrors, ThrowOnError> => (options?.client ?? client).get<WatchInsightResponses, WatchInsightErrors, ThrowOnError>({ url: '/v1/insight', ...options });

/**
 * Read Insight History
 *
 * The same of what is stored: records that were kept, or windows, weighted. The last day by default.
 */
export const readInsightHistory = <ThrowOnError extends boolean = false>(options?: Options<ReadInsightHistoryData, ThrowOnError>): RequestResult<ReadInsightHistoryResponses, ReadInsightHistoryErrors, ThrowOnError> => (options?.client ?? client).get<ReadInsightHistoryResponses, ReadInsightHistoryErrors, ThrowOnError>({ url: '/v1/insight/history', ...options });

/**
 * List Instances
 *
 * Every instance with its state and figures; with `measure`, its share of the machine's memory.
 */
export const listInstances = <ThrowOnError extends boolean = false>(options?: Options<ListInstancesData, ThrowOnError>): RequestResult<ListInstancesResponses, ListInstancesErrors, ThrowOnError> => (options?.client ?? client).get<ListInstancesResponses, ListInstancesErrors, ThrowOnError>({ url: '/v1/instances', ...options });

/**
 * Get Instance
 *
 * One instance with its curves, and how those before it ended.
 */
export const getInstance = <ThrowOnError extends boolean = false>(options: Options<GetInstanceData, ThrowOnError>): RequestResult<GetInstanceResponses, GetInstanceErrors, ThrowOnError> => (options.client ?? client).get<GetInstanceResponses, GetInstanceErrors, ThrowOnError>({ url: '/v1/instances/{instance}', ...options });

/**
 * Memory
 *
 * Where its memory goes, by type of object; with `apart`, what grew in so many seconds.
 */
export const memory = <ThrowOnError extends boolean = false>(options: Options<MemoryData, ThrowOnError>): RequestResult<MemoryResponses, MemoryErrors, ThrowOnError> => (options.client ?? client).post<MemoryResponses, MemoryErrors, ThrowOnError>({
    url: '/v1/instances/{instance}/memory',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Profile
 *
 * Where its CPU goes, as a flame graph: sampled from outside while it serves on.
 */
export const profile = <ThrowOnError extends boolean = false>(options: Options<ProfileData, ThrowOnError>): RequestResult<ProfileResponses, ProfileErrors, ThrowOnError> => (options.client ?? client).post<ProfileResponses, ProfileErrors, ThrowOnError>({
    url: '/v1/instances/{instance}/profile',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Open Shell
 *
 * Opens a shell in the instance's namespaces, as its user, within its limits.
 */
export const openShell = <ThrowOnError extends boolean = false>(options: Options<OpenShellData, ThrowOnError>): RequestResult<OpenShellResponses, OpenShellErrors, ThrowOnError> => (options.client ?? client).post<OpenShellResponses, OpenShellErrors, ThrowOnError>({
    url: '/v1/instances/{instance}/shells',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Waiting
 *
 * What each request in flight waits for: its stacks and its open calls.
 */
export const waiting = <ThrowOnError extends boolean = false>(options: Options<WaitingData, ThrowOnError>): RequestResult<WaitingResponses, WaitingErrors, ThrowOnError> => (options.client ?? client).post<WaitingResponses, WaitingErrors, ThrowOnError>({ url: '/v1/instances/{instance}/waiting', ...options });

/**
 * Renew Key
 *
 * Makes a new key for secrets, and seals all of them with it.
 */
export const renewKey = <ThrowOnError extends boolean = false>(options?: Options<RenewKeyData, ThrowOnError>): RequestResult<RenewKeyResponses, unknown, ThrowOnError> => (options?.client ?? client).post<RenewKeyResponses, unknown, ThrowOnError>({ url: '/v1/keys', ...options });

/**
 * Make Login
 *
 * A link to the console that works once, for the holder of the token.
 */
export const makeLogin = <ThrowOnError extends boolean = false>(options?: Options<MakeLoginData, ThrowOnError>): RequestResult<MakeLoginResponses, unknown, ThrowOnError> => (options?.client ?? client).post<MakeLoginResponses, unknown, ThrowOnError>({ url: '/v1/logins', ...options });

/**
 * Search Logs
 *
 * Log lines that pass a filter, the newest first, and how many there are over time. The last day by default.
 */
export const searchLogs = <ThrowOnError extends boolean = false>(options?: Options<SearchLogsData, ThrowOnError>): RequestResult<SearchLogsResponses, SearchLogsErrors, ThrowOnError> => (options?.client ?? client).get<SearchLogsResponses, SearchLogsErrors, ThrowOnError>({ url: '/v1/logs', ...options });

/**
 * Context
 *
 * Twenty lines of an instance before a time and twenty after it, the oldest first.
 */
export const context = <ThrowOnError extends boolean = false>(options: Options<ContextData, ThrowOnError>): RequestResult<ContextResponses, ContextErrors, ThrowOnError> => (options.client ?? client).get<ContextResponses, ContextErrors, ThrowOnError>({ url: '/v1/logs/context', ...options });

/**
 * Read Metrics
 *
 * Figures of calls, for Prometheus; it sends a viewer's token as a bearer.
 */
export const readMetrics = <ThrowOnError extends boolean = false>(options?: Options<ReadMetricsData, ThrowOnError>): RequestResult<ReadMetricsResponses, unknown, ThrowOnError> => (options?.client ?? client).get<ReadMetricsResponses, unknown, ThrowOnError>({ url: '/v1/metrics', ...options });

/**
 * List Objectives
 *
 * What the platform holds itself to: how long going back takes, as rehearsed all the time in test.
 */
export const listObjectives = <ThrowOnError extends boolean = false>(options?: Options<ListObjectivesData, ThrowOnError>): RequestResult<ListObjectivesResponses, unknown, ThrowOnError> => (options?.client ?? client).get<ListObjectivesResponses, unknown, ThrowOnError>({ url: '/v1/objectives', ...options });

/**
 * List Operations
 *
 * The newest operations first.
 */
export const listOperations = <ThrowOnError extends boolean = false>(options?: Options<ListOperationsData, ThrowOnError>): RequestResult<ListOperationsResponses, ListOperationsErrors, ThrowOnError> => (options?.client ?? client).get<ListOperationsResponses, ListOperationsErrors, ThrowOnError>({ url: '/v1/operations', ...options });

/**
 * Get Operation
 *
 * One operation.
 */
export const getOperation = <ThrowOnError extends boolean = false>(options: Options<GetOperationData, ThrowOnError>): RequestResult<GetOperationResponses, GetOperationErrors, ThrowOnError> => (options.client ?? client).get<GetOperationResponses, GetOperationErrors, ThrowOnError>({ url: '/v1/operations/{number}', ...options });

/**
 * Watch Operation
 *
 * Its steps as server-sent events, from number `after` on; the last event is `end`.
 */
export const watchOperation = <ThrowOnError extends boolean = false>(options: Options<WatchOperationData, ThrowOnError>): RequestResult<WatchOperationResponses, WatchOperationErrors, ThrowOnError> => (options.client ?? client).get<WatchOperationResponses, WatchOperationErrors, ThrowOnError>({ url: '/v1/operations/{number}/events', ...options });

/**
 * Take
 *
 * Traces and logs of another process, as any OpenTelemetry SDK sends them: protobuf or JSON, gzip or not.
 */
export const take = <ThrowOnError extends boolean = false>(options: Options<TakeData, ThrowOnError>): RequestResult<TakeResponses, TakeErrors, ThrowOnError> => (options.client ?? client).post<TakeResponses, TakeErrors, ThrowOnError>({ url: '/v1/otlp/v1/{what}', ...options });

/**
 * Approve Pipeline
 *
 * Lets a pipeline go on that waits for approval. Never by who began it.
 */
export const approvePipeline = <ThrowOnError extends boolean = false>(options: Options<ApprovePipelineData, ThrowOnError>): RequestResult<ApprovePipelineResponses, ApprovePipelineErrors, ThrowOnError> => (options.client ?? client).post<ApprovePipelineResponses, ApprovePipelineErrors, ThrowOnError>({
    url: '/v1/pipelines/{number}/approve',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Reject Pipeline
 *
 * Ends a pipeline that waits.
 */
export const rejectPipeline = <ThrowOnError extends boolean = false>(options: Options<RejectPipelineData, ThrowOnError>): RequestResult<RejectPipelineResponses, RejectPipelineErrors, ThrowOnError> => (options.client ?? client).post<RejectPipelineResponses, RejectPipelineErrors, ThrowOnError>({
    url: '/v1/pipelines/{number}/reject',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * List Publications
 *
 * What was published when, by whom, how it went, and what it measured at its start; the newest first.
 */
export const listPublications = <ThrowOnError extends boolean = false>(options?: Options<ListPublicationsData, ThrowOnError>): RequestResult<ListPublicationsResponses, ListPublicationsErrors, ThrowOnError> => (options?.client ?? client).get<ListPublicationsResponses, ListPublicationsErrors, ThrowOnError>({ url: '/v1/publications', ...options });

/**
 * Query
 *
 * A SELECT over the public tables, of the rows that the asker's teams own. Bounded in memory, time and rows.
 */
export const query = <ThrowOnError extends boolean = false>(options: Options<QueryData, ThrowOnError>): RequestResult<QueryResponses, QueryErrors, ThrowOnError> => (options.client ?? client).post<QueryResponses, QueryErrors, ThrowOnError>({
    url: '/v1/query',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Tables
 *
 * The tables that a query may ask.
 */
export const tables = <ThrowOnError extends boolean = false>(options?: Options<TablesData, ThrowOnError>): RequestResult<TablesResponses, unknown, ThrowOnError> => (options?.client ?? client).get<TablesResponses, unknown, ThrowOnError>({ url: '/v1/query/tables', ...options });

/**
 * List Recordings
 *
 * Requests that were recorded, the newest first; what they hold is shown one by one.
 */
export const listRecordings = <ThrowOnError extends boolean = false>(options?: Options<ListRecordingsData, ThrowOnError>): RequestResult<ListRecordingsResponses, ListRecordingsErrors, ThrowOnError> => (options?.client ?? client).get<ListRecordingsResponses, ListRecordingsErrors, ThrowOnError>({ url: '/v1/recordings', ...options });

/**
 * Get Recording
 *
 * A request with every API answer it saw, for who may change its application.
 */
export const getRecording = <ThrowOnError extends boolean = false>(options: Options<GetRecordingData, ThrowOnError>): RequestResult<GetRecordingResponses, GetRecordingErrors, ThrowOnError> => (options.client ?? client).get<GetRecordingResponses, GetRecordingErrors, ThrowOnError>({ url: '/v1/recordings/{id}', ...options });

/**
 * Fail Recording
 *
 * Lets each of its calls fail in each way, in turn: where is a fallback missing?
 */
export const failRecording = <ThrowOnError extends boolean = false>(options: Options<FailRecordingData, ThrowOnError>): RequestResult<FailRecordingResponses, FailRecordingErrors, ThrowOnError> => (options.client ?? client).post<FailRecordingResponses, FailRecordingErrors, ThrowOnError>({
    url: '/v1/recordings/{id}/failures',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Replay Recording
 *
 * Runs it again, on the version that served it or another one. No service is asked anything.
 */
export const replayRecording = <ThrowOnError extends boolean = false>(options: Options<ReplayRecordingData, ThrowOnError>): RequestResult<ReplayRecordingResponses, ReplayRecordingErrors, ThrowOnError> => (options.client ?? client).post<ReplayRecordingResponses, ReplayRecordingErrors, ThrowOnError>({
    url: '/v1/recordings/{id}/replay',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * List Replays
 *
 * Reports of replays and shadows, the newest first, of what one may change: they show parts of answers.
 */
export const listReplays = <ThrowOnError extends boolean = false>(options?: Options<ListReplaysData, ThrowOnError>): RequestResult<ListReplaysResponses, ListReplaysErrors, ThrowOnError> => (options?.client ?? client).get<ListReplaysResponses, ListReplaysErrors, ThrowOnError>({ url: '/v1/replays', ...options });

/**
 * Get Replay
 *
 * One report: differences by endpoint and place, which are new, with examples.
 */
export const getReplay = <ThrowOnError extends boolean = false>(options: Options<GetReplayData, ThrowOnError>): RequestResult<GetReplayResponses, GetReplayErrors, ThrowOnError> => (options.client ?? client).get<GetReplayResponses, GetReplayErrors, ThrowOnError>({ url: '/v1/replays/{number}', ...options });

/**
 * Requests
 *
 * Records as JSON lines; any other query parameter is a field that must have that value.
 */
export const requests = <ThrowOnError extends boolean = false>(options?: Options<RequestsData, ThrowOnError>): RequestResult<RequestsResponses, RequestsErrors, ThrowOnError> => (options?.client ?? client).get<RequestsResponses, RequestsErrors, ThrowOnError>({ url: '/v1/requests', ...options });

/**
 * Get Retention
 *
 * What the rule would forget now, and why.
 */
export const getRetention = <ThrowOnError extends boolean = false>(options?: Options<GetRetentionData, ThrowOnError>): RequestResult<GetRetentionResponses, unknown, ThrowOnError> => (options?.client ?? client).get<GetRetentionResponses, unknown, ThrowOnError>({ url: '/v1/retention', ...options });

/**
 * Apply Retention
 *
 * Forgets it. The platform does so by itself every hour.
 */
export const applyRetention = <ThrowOnError extends boolean = false>(options?: Options<ApplyRetentionData, ThrowOnError>): RequestResult<ApplyRetentionResponses, unknown, ThrowOnError> => (options?.client ?? client).post<ApplyRetentionResponses, unknown, ThrowOnError>({ url: '/v1/retention', ...options });

/**
 * List Rollouts
 *
 * Every move of a line to a release, the newest first; `glances` and `distributions` only of a single one.
 */
export const listRollouts = <ThrowOnError extends boolean = false>(options?: Options<ListRolloutsData, ThrowOnError>): RequestResult<ListRolloutsResponses, ListRolloutsErrors, ThrowOnError> => (options?.client ?? client).get<ListRolloutsResponses, ListRolloutsErrors, ThrowOnError>({ url: '/v1/rollouts', ...options });

/**
 * Get Rollout
 *
 * One rollout, as of this moment.
 */
export const getRollout = <ThrowOnError extends boolean = false>(options: Options<GetRolloutData, ThrowOnError>): RequestResult<GetRolloutResponses, GetRolloutErrors, ThrowOnError> => (options.client ?? client).get<GetRolloutResponses, GetRolloutErrors, ThrowOnError>({ url: '/v1/rollouts/{number}', ...options });

/**
 * Watch Rollout
 *
 * The rollout as it is and whenever it changed, as server-sent events, until it ended.
 */
export const watchRollout = <ThrowOnError extends boolean = false>(options: Options<WatchRolloutData, ThrowOnError>): RequestResult<WatchRolloutResponses, WatchRolloutErrors, ThrowOnError> => (options.client ?? client).get<WatchRolloutResponses, WatchRolloutErrors, ThrowOnError>({ url: '/v1/rollouts/{number}/events', ...options });

/**
 * Ask Rollout
 *
 * `pause`, `resume` or `abort`. What changes nothing says so.
 */
export const askRollout = <ThrowOnError extends boolean = false>(options: Options<AskRolloutData, ThrowOnError>): RequestResult<AskRolloutResponses, AskRolloutErrors, ThrowOnError> => (options.client ?? client).post<AskRolloutResponses, AskRolloutErrors, ThrowOnError>({ url: '/v1/rollouts/{number}/{wish}', ...options });

/**
 * List Saved
 *
 * Queries that were saved as charts and alerts, by name.
 */
export const listSaved = <ThrowOnError extends boolean = false>(options?: Options<ListSavedData, ThrowOnError>): RequestResult<ListSavedResponses, unknown, ThrowOnError> => (options?.client ?? client).get<ListSavedResponses, unknown, ThrowOnError>({ url: '/v1/saved', ...options });

/**
 * Remove Saved
 *
 * Removes it; an alert of it that fires has an end.
 */
export const removeSaved = <ThrowOnError extends boolean = false>(options: Options<RemoveSavedData, ThrowOnError>): RequestResult<RemoveSavedResponses, RemoveSavedErrors, ThrowOnError> => (options.client ?? client).delete<RemoveSavedResponses, RemoveSavedErrors, ThrowOnError>({ url: '/v1/saved/{name}', ...options });

/**
 * Save
 *
 * Saves a query with figures as a chart; with a bound, as an alert too. In the place of one of that name.
 */
export const save = <ThrowOnError extends boolean = false>(options: Options<SaveData, ThrowOnError>): RequestResult<SaveResponses, SaveErrors, ThrowOnError> => (options.client ?? client).put<SaveResponses, SaveErrors, ThrowOnError>({
    url: '/v1/saved/{name}',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Test Saved
 *
 * How often its alert would have fired in the last days, and when.
 */
export const testSaved = <ThrowOnError extends boolean = false>(options: Options<TestSavedData, ThrowOnError>): RequestResult<TestSavedResponses, TestSavedErrors, ThrowOnError> => (options.client ?? client).get<TestSavedResponses, TestSavedErrors, ThrowOnError>({ url: '/v1/saved/{name}/test', ...options });

/**
 * Chart Saved
 *
 * Its windows, of what is stored: from before it was saved as well. The last day when nothing is said.
 */
export const chartSaved = <ThrowOnError extends boolean = false>(options: Options<ChartSavedData, ThrowOnError>): RequestResult<ChartSavedResponses, ChartSavedErrors, ThrowOnError> => (options.client ?? client).get<ChartSavedResponses, ChartSavedErrors, ThrowOnError>({ url: '/v1/saved/{name}/windows', ...options });

/**
 * List Services
 *
 * The catalogue, with the figures of the last seconds.
 */
export const listServices = <ThrowOnError extends boolean = false>(options?: Options<ListServicesData, ThrowOnError>): RequestResult<ListServicesResponses, ListServicesErrors, ThrowOnError> => (options?.client ?? client).get<ListServicesResponses, ListServicesErrors, ThrowOnError>({ url: '/v1/services', ...options });

/**
 * Remove Service
 *
 * Takes a service out of the catalogue. Refused while something that runs calls it.
 */
export const removeService = <ThrowOnError extends boolean = false>(options: Options<RemoveServiceData, ThrowOnError>): RequestResult<RemoveServiceResponses, RemoveServiceErrors, ThrowOnError> => (options.client ?? client).delete<RemoveServiceResponses, RemoveServiceErrors, ThrowOnError>({ url: '/v1/services/{name}', ...options });

/**
 * Show Service
 *
 * Who calls what of it, how it goes, what was refused by which policy, and the limits that are in force.
 */
export const showService = <ThrowOnError extends boolean = false>(options: Options<ShowServiceData, ThrowOnError>): RequestResult<ShowServiceResponses, ShowServiceErrors, ThrowOnError> => (options.client ?? client).get<ShowServiceResponses, ShowServiceErrors, ThrowOnError>({ url: '/v1/services/{name}', ...options });

/**
 * Save Service
 *
 * Adds a service, or changes it. What is left out stays as it is.
 */
export const saveService = <ThrowOnError extends boolean = false>(options: Options<SaveServiceData, ThrowOnError>): RequestResult<SaveServiceResponses, SaveServiceErrors, ThrowOnError> => (options.client ?? client).put<SaveServiceResponses, SaveServiceErrors, ThrowOnError>({
    url: '/v1/services/{name}',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Add Fault
 *
 * Lets calls of a method fail, for a while and within an error budget.
 */
export const addFault = <ThrowOnError extends boolean = false>(options: Options<AddFaultData, ThrowOnError>): RequestResult<AddFaultResponses, AddFaultErrors, ThrowOnError> => (options.client ?? client).post<AddFaultResponses, AddFaultErrors, ThrowOnError>({
    url: '/v1/services/{name}/faults',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * End Fault
 */
export const endFault = <ThrowOnError extends boolean = false>(options: Options<EndFaultData, ThrowOnError>): RequestResult<EndFaultResponses, EndFaultErrors, ThrowOnError> => (options.client ?? client).delete<EndFaultResponses, EndFaultErrors, ThrowOnError>({ url: '/v1/services/{name}/faults/{fault}', ...options });

/**
 * List Dependents
 *
 * From real traffic: which endpoints would be without the method, and how they do without it.
 */
export const listDependents = <ThrowOnError extends boolean = false>(options: Options<ListDependentsData, ThrowOnError>): RequestResult<ListDependentsResponses, ListDependentsErrors, ThrowOnError> => (options.client ?? client).get<ListDependentsResponses, ListDependentsErrors, ThrowOnError>({ url: '/v1/services/{name}/methods/{method}/dependents', ...options });

/**
 * Switch On
 *
 * Turns a method on again.
 */
export const switchOn = <ThrowOnError extends boolean = false>(options: Options<SwitchOnData, ThrowOnError>): RequestResult<SwitchOnResponses, SwitchOnErrors, ThrowOnError> => (options.client ?? client).delete<SwitchOnResponses, SwitchOnErrors, ThrowOnError>({ url: '/v1/services/{name}/methods/{method}/off', ...options });

/**
 * Switch Off
 *
 * Turns a method off for all callers.
 */
export const switchOff = <ThrowOnError extends boolean = false>(options: Options<SwitchOffData, ThrowOnError>): RequestResult<SwitchOffResponses, SwitchOffErrors, ThrowOnError> => (options.client ?? client).put<SwitchOffResponses, SwitchOffErrors, ThrowOnError>({
    url: '/v1/services/{name}/methods/{method}/off',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Read Openapi
 *
 * Its OpenAPI document, as it was given.
 */
export const readOpenapi = <ThrowOnError extends boolean = false>(options: Options<ReadOpenapiData, ThrowOnError>): RequestResult<ReadOpenapiResponses, ReadOpenapiErrors, ThrowOnError> => (options.client ?? client).get<ReadOpenapiResponses, ReadOpenapiErrors, ThrowOnError>({ url: '/v1/services/{name}/openapi', ...options });

/**
 * Read Policies
 *
 * What its owner allows, as tables.
 */
export const readPolicies = <ThrowOnError extends boolean = false>(options: Options<ReadPoliciesData, ThrowOnError>): RequestResult<ReadPoliciesResponses, ReadPoliciesErrors, ThrowOnError> => (options.client ?? client).get<ReadPoliciesResponses, ReadPoliciesErrors, ThrowOnError>({ url: '/v1/services/{name}/policies', ...options });

/**
 * Sign Out
 *
 * Ends the session.
 */
export const signOut = <ThrowOnError extends boolean = false>(options?: Options<SignOutData, ThrowOnError>): RequestResult<SignOutResponses, unknown, ThrowOnError> => (options?.client ?? client).delete<SignOutResponses, unknown, ThrowOnError>({ url: '/v1/session', ...options });

/**
 * Session
 *
 * Who is signed in, until when, and the word that goes with changes (header `stagedoor-change`).
 */
export const session = <ThrowOnError extends boolean = false>(options?: Options<SessionData, ThrowOnError>): RequestResult<SessionResponses, unknown, ThrowOnError> => (options?.client ?? client).get<SessionResponses, unknown, ThrowOnError>({ url: '/v1/session', ...options });

/**
 * Sign In
 *
 * Signs a browser in with the code of a link.
 */
export const signIn = <ThrowOnError extends boolean = false>(options: Options<SignInData, ThrowOnError>): RequestResult<SignInResponses, SignInErrors, ThrowOnError> => (options.client ?? client).post<SignInResponses, SignInErrors, ThrowOnError>({
    url: '/v1/session',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * List Shadows
 *
 * Versions that answer again what was answered already.
 */
export const listShadows = <ThrowOnError extends boolean = false>(options?: Options<ListShadowsData, ThrowOnError>): RequestResult<ListShadowsResponses, unknown, ThrowOnError> => (options?.client ?? client).get<ListShadowsResponses, unknown, ThrowOnError>({ url: '/v1/shadows', ...options });

/**
 * Read Shell
 *
 * What it prints, as it comes. When the reader goes away, the shell ends.
 */
export const readShell = <ThrowOnError extends boolean = false>(options: Options<ReadShellData, ThrowOnError>): RequestResult<ReadShellResponses, ReadShellErrors, ThrowOnError> => (options.client ?? client).get<ReadShellResponses, ReadShellErrors, ThrowOnError>({ url: '/v1/shells/{shell}', ...options });

/**
 * Write Shell
 *
 * Types the bytes of the body.
 */
export const writeShell = <ThrowOnError extends boolean = false>(options: Options<WriteShellData, ThrowOnError>): RequestResult<WriteShellResponses, WriteShellErrors, ThrowOnError> => (options.client ?? client).put<WriteShellResponses, WriteShellErrors, ThrowOnError>({ url: '/v1/shells/{shell}', ...options });

/**
 * List Silences
 *
 * What nobody is told of, until when, and why.
 */
export const listSilences = <ThrowOnError extends boolean = false>(options?: Options<ListSilencesData, ThrowOnError>): RequestResult<ListSilencesResponses, unknown, ThrowOnError> => (options?.client ?? client).get<ListSilencesResponses, unknown, ThrowOnError>({ url: '/v1/silences', ...options });

/**
 * Add Silence
 *
 * Tells nobody of alerts that fit, for a while; they are listed all the same. What is empty fits everything.
 */
export const addSilence = <ThrowOnError extends boolean = false>(options: Options<AddSilenceData, ThrowOnError>): RequestResult<AddSilenceResponses, AddSilenceErrors, ThrowOnError> => (options.client ?? client).post<AddSilenceResponses, AddSilenceErrors, ThrowOnError>({
    url: '/v1/silences',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * End Silence
 *
 * Ends a silence before its time.
 */
export const endSilence = <ThrowOnError extends boolean = false>(options: Options<EndSilenceData, ThrowOnError>): RequestResult<EndSilenceResponses, EndSilenceErrors, ThrowOnError> => (options.client ?? client).delete<EndSilenceResponses, EndSilenceErrors, ThrowOnError>({ url: '/v1/silences/{number}', ...options });

/**
 * Get Status
 *
 * Applications with their lines, the programs, the edge, the pools.
 */
export const getStatus = <ThrowOnError extends boolean = false>(options?: Options<GetStatusData, ThrowOnError>): RequestResult<GetStatusResponses, unknown, ThrowOnError> => (options?.client ?? client).get<GetStatusResponses, unknown, ThrowOnError>({ url: '/v1/status', ...options });

/**
 * List Teams
 *
 * All teams.
 */
export const listTeams = <ThrowOnError extends boolean = false>(options?: Options<ListTeamsData, ThrowOnError>): RequestResult<ListTeamsResponses, unknown, ThrowOnError> => (options?.client ?? client).get<ListTeamsResponses, unknown, ThrowOnError>({ url: '/v1/teams', ...options });

/**
 * Remove Team
 *
 * Removes a team that owns nothing and has no users.
 */
export const removeTeam = <ThrowOnError extends boolean = false>(options: Options<RemoveTeamData, ThrowOnError>): RequestResult<RemoveTeamResponses, RemoveTeamErrors, ThrowOnError> => (options.client ?? client).delete<RemoveTeamResponses, RemoveTeamErrors, ThrowOnError>({ url: '/v1/teams/{name}', ...options });

/**
 * Save Team
 *
 * Adds a team, or changes how it is reached.
 */
export const saveTeam = <ThrowOnError extends boolean = false>(options: Options<SaveTeamData, ThrowOnError>): RequestResult<SaveTeamResponses, SaveTeamErrors, ThrowOnError> => (options.client ?? client).put<SaveTeamResponses, SaveTeamErrors, ThrowOnError>({
    url: '/v1/teams/{name}',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Get Telemetry Health
 *
 * What was lost, limited or folded: nothing is dropped unsaid.
 */
export const getTelemetryHealth = <ThrowOnError extends boolean = false>(options?: Options<GetTelemetryHealthData, ThrowOnError>): RequestResult<GetTelemetryHealthResponses, unknown, ThrowOnError> => (options?.client ?? client).get<GetTelemetryHealthResponses, unknown, ThrowOnError>({ url: '/v1/telemetry', ...options });

/**
 * Run Tests
 *
 * Runs the tests in the uploaded source in a sandbox; publishes nothing.
 */
export const runTests = <ThrowOnError extends boolean = false>(options?: Options<RunTestsData, ThrowOnError>): RequestResult<RunTestsResponses, unknown, ThrowOnError> => (options?.client ?? client).post<RunTestsResponses, unknown, ThrowOnError>({ url: '/v1/tests', ...options });

/**
 * List Tokens
 *
 * All tokens, without their secrets.
 */
export const listTokens = <ThrowOnError extends boolean = false>(options?: Options<ListTokensData, ThrowOnError>): RequestResult<ListTokensResponses, unknown, ThrowOnError> => (options?.client ?? client).get<ListTokensResponses, unknown, ThrowOnError>({ url: '/v1/tokens', ...options });

/**
 * Create Token
 *
 * Makes a token; it is shown this once. `expires` as in "30d"; empty: never.
 */
export const createToken = <ThrowOnError extends boolean = false>(options: Options<CreateTokenData, ThrowOnError>): RequestResult<CreateTokenResponses, CreateTokenErrors, ThrowOnError> => (options.client ?? client).post<CreateTokenResponses, CreateTokenErrors, ThrowOnError>({
    url: '/v1/tokens',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Revoke Token
 *
 * Revokes a token, and ends the sessions that began with it.
 */
export const revokeToken = <ThrowOnError extends boolean = false>(options: Options<RevokeTokenData, ThrowOnError>): RequestResult<RevokeTokenResponses, RevokeTokenErrors, ThrowOnError> => (options.client ?? client).delete<RevokeTokenResponses, RevokeTokenErrors, ThrowOnError>({ url: '/v1/tokens/{token_id}', ...options });

/**
 * Compare
 *
 * Two requests by their ids, or two versions of an application: calls added, gone, slower.
 */
export const compare = <ThrowOnError extends boolean = false>(options: Options<CompareData, ThrowOnError>): RequestResult<CompareResponses, CompareErrors, ThrowOnError> => (options.client ?? client).get<CompareResponses, CompareErrors, ThrowOnError>({ url: '/v1/traces/compare', ...options });

/**
 * List Recipes
 *
 * Ready-made questions for traces; {version}, {member} and {application} are filled in by who asks.
 */
export const listRecipes = <ThrowOnError extends boolean = false>(options?: Options<ListRecipesData, ThrowOnError>): RequestResult<ListRecipesResponses, unknown, ThrowOnError> => (options?.client ?? client).get<ListRecipesResponses, unknown, ThrowOnError>({ url: '/v1/traces/recipes', ...options });

/**
 * Trace
 *
 * One request whole: its spans in time, who called whom, its log lines. By its id, or its trace's.
 */
export const trace = <ThrowOnError extends boolean = false>(options: Options<TraceData, ThrowOnError>): RequestResult<TraceResponses, TraceErrors, ThrowOnError> => (options.client ?? client).get<TraceResponses, TraceErrors, ThrowOnError>({ url: '/v1/traces/{identifier}', ...options });

/**
 * Usage
 *
 * Requests, devices and members by fields: application, line, version, device_type, endpoint, stack, method.
 */
export const usage = <ThrowOnError extends boolean = false>(options?: Options<UsageData, ThrowOnError>): RequestResult<UsageResponses, UsageErrors, ThrowOnError> => (options?.client ?? client).get<UsageResponses, UsageErrors, ThrowOnError>({ url: '/v1/usage', ...options });

/**
 * List Users
 *
 * Who may sign in at the console.
 */
export const listUsers = <ThrowOnError extends boolean = false>(options?: Options<ListUsersData, ThrowOnError>): RequestResult<ListUsersResponses, unknown, ThrowOnError> => (options?.client ?? client).get<ListUsersResponses, unknown, ThrowOnError>({ url: '/v1/users', ...options });

/**
 * Remove User
 *
 * Removes a user and ends their sessions.
 */
export const removeUser = <ThrowOnError extends boolean = false>(options: Options<RemoveUserData, ThrowOnError>): RequestResult<RemoveUserResponses, RemoveUserErrors, ThrowOnError> => (options.client ?? client).delete<RemoveUserResponses, RemoveUserErrors, ThrowOnError>({ url: '/v1/users/{name}', ...options });

/**
 * Save User
 *
 * Adds a user, or changes their role.
 */
export const saveUser = <ThrowOnError extends boolean = false>(options: Options<SaveUserData, ThrowOnError>): RequestResult<SaveUserResponses, SaveUserErrors, ThrowOnError> => (options.client ?? client).put<SaveUserResponses, SaveUserErrors, ThrowOnError>({
    url: '/v1/users/{name}',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Upload
 *
 * Publishes the gzipped tar in the body as a version, and releases it in `stack` unless that is empty.
 *
 * `strategy`: a JSON object of what differs from the version's own. `at`: when a window begins.
 */
export const upload = <ThrowOnError extends boolean = false>(options?: Options<UploadData, ThrowOnError>): RequestResult<UploadResponses, UploadErrors, ThrowOnError> => (options?.client ?? client).post<UploadResponses, UploadErrors, ThrowOnError>({ url: '/v1/versions', ...options });

/**
 * Whoami
 *
 * The holder of the token, or of the session.
 */
export const whoami = <ThrowOnError extends boolean = false>(options?: Options<WhoamiData, ThrowOnError>): RequestResult<WhoamiResponses, unknown, ThrowOnError> => (options?.client ?? client).get<WhoamiResponses, unknown, ThrowOnError>({ url: '/v1/whoami', ...options });

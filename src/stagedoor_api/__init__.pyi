from stagedoor.runtime.client import Api

api: Api

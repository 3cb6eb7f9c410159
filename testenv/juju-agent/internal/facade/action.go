package facade

import (
	"github.com/juju/names/v5"

	"github.com/juju/juju/rpc/params"

	"charmarr/testenv/juju-agent/internal/model"
)

func init() {
	uniter("Actions", func(s *Session, args params.Entities) params.ActionResults {
		results := params.ActionResults{}
		for _, entity := range args.Entities {
			results.Results = append(results.Results, s.actionResult(entity.Tag))
		}
		return results
	})
	uniter("ActionStatus", func(s *Session, args params.Entities) params.StringResults {
		results := params.StringResults{}
		for _, entity := range args.Entities {
			result := params.StringResult{}
			if action, err := s.action(entity.Tag); err != nil {
				result.Error = failure(err)
			} else {
				result.Result = action.Status
			}
			results.Results = append(results.Results, result)
		}
		return results
	})
	uniter("BeginActions", func(s *Session, args params.Entities) params.ErrorResults {
		return eachError(len(args.Entities), func(i int) error {
			action, err := s.action(args.Entities[i].Tag)
			if err == nil {
				action.Status = params.ActionRunning
				s.m.Changed()
			}
			return err
		})
	})
	uniter("FinishActions", func(s *Session, args params.ActionExecutionResults) params.ErrorResults {
		return eachError(len(args.Results), func(i int) error {
			action, err := s.action(args.Results[i].ActionTag)
			if err == nil {
				action.Status, action.Result = args.Results[i].Status, args.Results[i]
				s.m.Changed()
			}
			return err
		})
	})
	uniter("LogActionsMessages", func(s *Session, args params.ActionMessageParams) params.ErrorResults {
		return eachError(len(args.Messages), func(i int) error {
			action, err := s.action(args.Messages[i].Tag)
			if err == nil {
				action.Log = append(action.Log, args.Messages[i].Value)
			}
			return err
		})
	})
	uniter("WatchActionNotifications", func(s *Session, _ params.Entities) params.StringsWatchResults {
		return one(s.keys(func() shot {
			now := shot{}
			for _, action := range s.m.Actions {
				if action.Unit == s.unit && (action.Status == params.ActionPending || action.Status == params.ActionAborting) {
					now[action.ID] = action.Status
				}
			}
			return now
		}))
	})
}

func (s *Session) action(tag string) (*model.Action, error) {
	parsed, err := names.ParseActionTag(tag)
	if err != nil {
		return nil, err
	}
	action := s.m.Actions[parsed.Id()]
	if action == nil || action.Unit != s.unit {
		return nil, errPerm
	}
	return action, nil
}

func (s *Session) actionResult(tag string) params.ActionResult {
	action, err := s.action(tag)
	if err != nil {
		return params.ActionResult{Error: failure(err)}
	}
	spec := s.app().Charm.Actions().ActionSpecs[action.Name]
	return params.ActionResult{Status: action.Status, Action: &params.Action{
		Tag: tag, Receiver: s.unitTag(), Name: action.Name, Parameters: action.Params,
		Parallel: &spec.Parallel, ExecutionGroup: &spec.ExecutionGroup,
	}}
}

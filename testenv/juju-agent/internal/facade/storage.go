package facade

import (
	"fmt"
	"slices"

	"github.com/juju/errors"
	"github.com/juju/names/v5"

	"github.com/juju/juju/core/life"
	"github.com/juju/juju/rpc/params"

	"charmarr/testenv/juju-agent/internal/model"
)

func init() {
	uniter("UnitStorageAttachments", func(s *Session, args params.Entities) params.StorageAttachmentIdsResults {
		return params.StorageAttachmentIdsResults{Results: each(s, args, func(u *model.Unit) params.StorageAttachmentIdsResult {
			result := params.StorageAttachmentIdsResult{}
			for _, storage := range u.Storage {
				result.Result.Ids = append(result.Result.Ids, params.StorageAttachmentId{StorageTag: storageTag(storage), UnitTag: s.unitTag()})
			}
			return result
		}, func(err *params.Error) params.StorageAttachmentIdsResult {
			return params.StorageAttachmentIdsResult{Error: err}
		})}
	})
	uniter("WatchUnitStorageAttachments", func(s *Session, _ params.Entities) params.StringsWatchResults {
		return one(s.keys(func() shot {
			now := shot{}
			if u := s.self(); u != nil {
				for _, storage := range u.Storage {
					now[storage.ID] = fmt.Sprint(storage.Life)
				}
			}
			return now
		}))
	})
	uniter("StorageAttachments", func(s *Session, args params.StorageAttachmentIds) params.StorageAttachmentResults {
		results := params.StorageAttachmentResults{}
		for _, id := range args.Ids {
			results.Results = append(results.Results, s.storageResult(id))
		}
		return results
	})
	uniter("StorageAttachmentLife", func(s *Session, args params.StorageAttachmentIds) params.LifeResults {
		results := params.LifeResults{}
		for _, id := range args.Ids {
			result := params.LifeResult{}
			if storage, err := s.storage(id); err != nil {
				result.Error = failure(err)
			} else {
				result.Life = storage.Life
			}
			results.Results = append(results.Results, result)
		}
		return results
	})
	uniter("WatchStorageAttachments", func(s *Session, args params.StorageAttachmentIds) params.NotifyWatchResults {
		results := params.NotifyWatchResults{}
		for _, id := range args.Ids {
			results.Results = append(results.Results, s.notify(func() string {
				storage, err := s.storage(id)
				if err != nil {
					return "gone"
				}
				return fmt.Sprint(storage.Life)
			}))
		}
		return results
	})
	uniter("DestroyUnitStorageAttachments", func(s *Session, args params.Entities) params.ErrorResults {
		return eachError(len(args.Entities), func(int) error {
			for _, storage := range s.self().Storage {
				storage.Life = life.Dying
			}
			s.m.Changed()
			return nil
		})
	})
	uniter("RemoveStorageAttachments", func(s *Session, args params.StorageAttachmentIds) params.ErrorResults {
		return eachError(len(args.Ids), func(i int) error {
			u, err := s.own(args.Ids[i].UnitTag)
			if err != nil {
				return err
			}
			storage, err := s.storage(args.Ids[i])
			if err != nil {
				return nil // agents take it away twice
			}
			u.Storage = slices.DeleteFunc(u.Storage, func(other *model.Storage) bool { return other == storage })
			s.m.Changed()
			return nil
		})
	})
}

func storageTag(storage *model.Storage) string { return names.NewStorageTag(storage.ID).String() }

func (s *Session) storage(id params.StorageAttachmentId) (*model.Storage, error) {
	u, err := s.own(id.UnitTag)
	if err != nil {
		return nil, err
	}
	for _, storage := range u.Storage {
		if storageTag(storage) == id.StorageTag {
			return storage, nil
		}
	}
	return nil, errors.NotFoundf("storage attachment %s on unit %q", id.StorageTag, s.unit)
}

func (s *Session) storageResult(id params.StorageAttachmentId) params.StorageAttachmentResult {
	storage, err := s.storage(id)
	if err != nil {
		return params.StorageAttachmentResult{Error: failure(err)}
	}
	return params.StorageAttachmentResult{Result: params.StorageAttachment{
		StorageTag: id.StorageTag, UnitTag: id.UnitTag, OwnerTag: id.UnitTag,
		Kind: params.StorageKindFilesystem, Location: storage.Location, Life: storage.Life,
	}}
}
